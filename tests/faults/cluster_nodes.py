"""A Ray cluster of two nodes of one core each on this computer: prints its address; each line kills a node.

    python tests/faults/cluster_nodes.py

The head has no core. It ends with its standard input.
"""

import os
import sys

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
from ray.cluster_utils import Cluster

HEALTH = {  # a node that was killed is missed at once
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 2000,
    "health_check_failure_threshold": 2,
}
head = {"num_cpus": 0, "include_dashboard": False, "_system_config": HEALTH}
cluster = Cluster(initialize_head=True, head_node_args=head)
nodes = [cluster.add_node(num_cpus=1, wait=False) for _ in range(2)]
cluster.wait_for_nodes()
print(cluster.address, flush=True)
for _ in sys.stdin:
    cluster.remove_node(nodes.pop(), allow_graceful=False)
    print("killed", flush=True)
cluster.shutdown()
