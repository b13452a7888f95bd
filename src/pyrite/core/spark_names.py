"""Which settings Spark has: so that one without meaning here, or misspelt, does not go unseen.

From Spark 4.2's configuration page; of families that a JVM, a cluster's manager or SQL alone could
honour, only the family is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

_FAMILIES = """
    acls. admin. api. authenticate. blacklist. buffer. cleaner. connect. deploy. driver.log.
    dynamicAllocation. eventLog. excludeOnFailure. executor.decommission. executor.logs.
    executor.metrics. graphx. hadoop. history. io.crypto. io.encryption. jars. kafka. kerberos.
    kryo. kryoserializer. kubernetes. mesos. metrics. ml. mllib. modify. network. port. r.
    redaction. repl. resources. rpc. security. shuffle.push. shuffle.service. sparkr. sql. ssl.
    standalone. storage.decommission. streaming. ui. unsafe. worker. yarn.
"""

_NAMES = """
    app.id app.name archives barrier.sync.timeout blockManager.port
    broadcast.UDFCompressionThreshold broadcast.blockSize broadcast.checksum broadcast.compress
    checkpoint.compress checkpoint.dir cores.max decommission.enabled default.parallelism
    driver.bindAddress driver.cores driver.defaultJavaOptions driver.extraClassPath
    driver.extraJavaOptions driver.extraLibraryPath driver.host driver.maxResultSize driver.memory
    driver.memoryOverhead driver.memoryOverheadFactor driver.port driver.supervise driver.timeout
    driver.userClassPathFirst eventLog.dir eventLog.enabled executor.cores
    executor.defaultJavaOptions executor.extraClassPath executor.extraJavaOptions
    executor.extraLibraryPath executor.heartbeat.maxFailures executor.heartbeatInterval
    executor.instances executor.maxNumFailures executor.memory executor.memoryOverhead
    executor.memoryOverheadFactor executor.processTreeMetrics.enabled executor.pyspark.memory
    executor.resource.gpu.amount executor.userClassPathFirst extraListeners files
    files.fetchTimeout files.ignoreCorruptFiles files.ignoreMissingFiles files.maxPartitionBytes
    files.openCostInBytes files.overwrite files.useFetchCache home io.compression.codec
    io.compression.lz4.blockSize io.compression.snappy.blockSize io.compression.zstd.bufferSize
    io.compression.zstd.level jars local.dir locality.wait locality.wait.node
    locality.wait.process locality.wait.rack log.callerContext log.level logConf logLineage master
    memory.fraction memory.offHeap.enabled memory.offHeap.size memory.storageFraction plugins
    pyspark.driver.python pyspark.python python.authenticate.socketTimeout python.daemon.module
    python.profile python.profile.dump python.profile.memory python.task.killTimeout
    python.use.daemon python.worker.faulthandler.enabled python.worker.idleTimeoutSeconds
    python.worker.memory python.worker.module python.worker.reuse rdd.compress
    reducer.maxBlocksInFlightPerAddress reducer.maxReqsInFlight reducer.maxSizeInFlight remote
    scheduler.allocation.file scheduler.barrier.maxConcurrentTasksCheck.interval
    scheduler.barrier.maxConcurrentTasksCheck.maxFailures
    scheduler.listenerbus.eventqueue.capacity scheduler.maxRegisteredResourcesWaitingTime
    scheduler.minRegisteredResourcesRatio scheduler.mode scheduler.pool scheduler.revive.interval
    serializer serializer.objectStreamReset shuffle.accurateBlockThreshold
    shuffle.checksum.algorithm shuffle.checksum.enabled shuffle.compress shuffle.detectCorrupt
    shuffle.file.buffer shuffle.io.maxRetries shuffle.io.numConnectionsPerPeer
    shuffle.io.retryWait shuffle.manager shuffle.registration.maxAttempts
    shuffle.registration.timeout shuffle.sort.bypassMergeThreshold shuffle.spill
    shuffle.spill.compress speculation speculation.efficiency.enabled speculation.interval
    speculation.minTaskRuntime speculation.multiplier speculation.quantile
    speculation.task.duration.threshold stage.maxConsecutiveAttempts
    storage.blockManagerHeartbeatTimeoutMs storage.level storage.memoryMapThreshold
    storage.replication.proactive storage.unrollMemoryThreshold submit.deployMode submit.pyFiles
    task.cpus task.maxFailures task.reaper.enabled task.reaper.killTimeout
    task.reaper.pollingInterval task.reaper.threadDump task.resource.gpu.amount ui
"""

SPARK_NAMES = frozenset(f"spark.{name}" for name in _NAMES.split())
SPARK_FAMILIES = tuple(f"spark.{name}" for name in _FAMILIES.split())


def without_meaning(names: Iterable[str], honoured: Collection[str]) -> str:
    """What to tell of settings that change nothing here: one line, or nothing.

    Parameters:
        names: what a program has set.
        honoured: what means something.

    A name like none of Spark's is the program's own, and is not told.

    Example:
        >>> without_meaning(["spark.task.cpus", "spark.my.own"], ["spark.local.dir"])
        'these settings mean nothing to Pyrite: spark.task.cpus'
        >>> without_meaning(["spark.locl.dir"], ["spark.local.dir"])
        'these settings mean nothing to Pyrite: spark.locl.dir (did you mean spark.local.dir?)'
    """
    told = []
    known = {*honoured, *SPARK_NAMES}
    for name in sorted(set(names) - set(honoured)):
        if name in SPARK_NAMES or name.startswith(SPARK_FAMILIES):
            told.append(name)
        elif name.startswith("spark."):
            import difflib

            close = difflib.get_close_matches(name, known, 1, cutoff=0.85)
            told += [f"{name} (did you mean {each}?)" for each in close]
    return f"these settings mean nothing to Pyrite: {', '.join(told)}" if told else ""
