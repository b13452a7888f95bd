"""From lineage to stages: cut at shuffles, fuse each stage's narrow steps, pickle its code."""
