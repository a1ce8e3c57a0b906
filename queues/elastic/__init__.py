"""The distributed adapter of both store protocols: indices of one Elasticsearch cluster.

``cluster`` is the one client of a process and says what its errors mean, ``mappings`` are the indices and ``indices``
makes them; ``cases`` and ``state`` are the two stores; the other modules are the parts of the case store.
"""

from queues.elastic.cases import ElasticCaseStore
from queues.elastic.cluster import Cluster, ClusterOptions
from queues.elastic.state import ElasticStateStore

__all__ = ["Cluster", "ClusterOptions", "ElasticCaseStore", "ElasticStateStore"]
