"""What datasets are made from: immutable nodes that know how to compute their partitions."""
