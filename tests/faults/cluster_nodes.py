"""A Ray cluster of two nodes of one core each on this computer: prints its address; kills the second at a line.

    python tests/faults/cluster_nodes.py

It ends with its standard input.
"""

import os
import sys

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
from ray.cluster_utils import Cluster

nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
second = nodes.add_node(num_cpus=1)
nodes.wait_for_nodes()
print(nodes.address, flush=True)
if sys.stdin.readline():
    nodes.remove_node(second, allow_graceful=False)
    print("killed", flush=True)
    sys.stdin.read()
nodes.shutdown()
