"""Connected components of pairs: groups within which everything hangs together, directly or through others."""

from __future__ import annotations

from sqlglot import exp

from thalweg.clean.linkage import judging
from thalweg.clean.linkage.workbench import Bench
from thalweg.engines import sql

NODE, COMPONENT = "node", "component"


def components(bench: Bench, edges: exp.Table, ends: tuple[str, str]) -> exp.Select:
    """`node` and `component` of everything that stands at an end of an edge, found in passes of SQL by Splink."""
    every = [sql.select(edges, {NODE: sql.column(name)}) for name in ends]
    nodes = bench.keep("nodes", exp.union(*every, distinct=True))
    with judging.silent():
        return _found(bench, nodes, edges, ends)


def _found(bench: Bench, nodes: exp.Table, edges: exp.Table, ends: tuple[str, str]) -> exp.Select:
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    api = judging.splink().DuckDBAPI(connection=bench.connection)
    listed = cluster_pairwise_predictions_at_threshold(
        api.register(nodes.name),
        api.register(edges.name),
        db_api=api,
        node_id_column_name=NODE,
        edge_id_column_name_left=ends[0],
        edge_id_column_name_right=ends[1],
    )
    wanted = {NODE: sql.column(NODE), COMPONENT: sql.column("cluster_id")}
    return sql.select(sql.table(listed.physical_name), wanted)
