"""Times pandana, networkx, spopt and access on the tasks of src/porto.rs and src/siting.rs.

Arguments: the folder of the place data, and what lies within reach of each home, which porto.rs writes down.
"""

import sys
import time
from pathlib import Path

data = Path(sys.argv[1])
pairs = Path(sys.argv[2])


def best(name, runs, work):
    fastest = float("inf")
    result = None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        fastest = min(fastest, time.perf_counter() - start)
    print(f"{name:<58}{fastest * 1e3:>12.3f} ms", flush=True)
    return result


def tables():
    import pandas

    read = lambda name: pandas.read_csv(data / "networks" / name)
    return (
        read("porto_portugal_simp_nodes.csv").set_index("id"),
        read("porto_portugal_simp_edges.csv"),
        read("porto_portugal_simp_poi_nodes.csv"),
    )


def run_pandana():
    import pandana

    nodes, edges, pois = tables()
    make = lambda: pandana.Network(
        nodes.lon, nodes.lat, edges.u, edges.v, edges[["length_m"]], twoway=True
    )
    network = best("pandana: build", 1, make)
    kinds = sorted(pois.category.unique())

    def nearest(k):
        for kind in kinds:
            own = pois[pois.category == kind]
            place = nodes.loc[own.node]
            network.set_pois(kind, 1200, k, place.lon, place.lat)
        return [network.nearest_pois(1200, kind, num_pois=k) for kind in kinds]

    for k in (1, 3, 5):
        best(f"pandana: {k} nearest, 10 kinds", 3, lambda k=k: nearest(k))
    people = nodes.index.to_series() * 7919 % 91 + 10
    network.set(people.index, variable=people.values, name="people")
    sums = lambda: network.aggregate(1200, type="sum", decay="flat", name="people")
    best("pandana: sums within 1,200 m, all nodes", 3, sums)
    # Which nodes are in reach of which can be kept, until a link is added.
    best("pandana: what is in reach, kept", 1, lambda: network.precompute(1200))
    best("pandana: sums over what was kept", 3, sums)


def run_networkx():
    import networkx

    _, edges, pois = tables()
    graph = networkx.Graph()
    graph.add_weighted_edges_from(edges[["u", "v", "length_m"]].itertuples(index=False), "w")
    groups = [set(own.node) for _, own in pois.groupby("category")]

    def nearest():
        return [
            networkx.multi_source_dijkstra_path_length(graph, own, cutoff=1200, weight="w")
            for own in groups
        ]

    best("networkx: nearest, 10 kinds", 2, nearest)


def run_spopt():
    import numpy
    import pandas
    import pulp
    from spopt.locate import LSCP, MCLP, PMedian

    oracle = data / "oracles"
    cost = numpy.loadtxt(oracle / "loc_d500s100_cost.csv", delimiter=",")
    weight = pandas.read_csv(oracle / "loc_d500s100_demand.csv").w.to_numpy()
    solver = lambda: pulp.PULP_CBC_CMD(msg=False)
    for p in (5, 10, 20):
        make = lambda p=p: PMedian.from_cost_matrix(cost, weight, p_facilities=p).solve(solver())
        best(f"spopt: p-median 500 x 100, p = {p}", 1, make)
    for p in (5, 10, 20):
        make = lambda p=p: MCLP.from_cost_matrix(cost, weight, 1000, p_facilities=p).solve(solver())
        best(f"spopt: maximal cover 500 x 100, 1,000 m, p = {p}", 1, make)
    reachable = cost[(cost <= 1200).any(axis=1)]
    best(
        "spopt: set cover 500 x 100, 1,200 m",
        1,
        lambda: LSCP.from_cost_matrix(reachable, 1200).solve(solver()),
    )


def run_access():
    import pandas
    from access import Access, weights

    table = pandas.read_csv(pairs)
    homes = table.groupby("home").people.first().reset_index()
    places = table.groupby("facility").supply.first().reset_index()
    made = Access(
        demand_df=homes, demand_index="home", demand_value="people",
        supply_df=places, supply_index="facility", supply_value="supply",
        cost_df=table[["home", "facility", "metres"]], cost_origin="home", cost_dest="facility", cost_name="metres",
    )
    steps = weights.step_fn({500: 1, 1000: 0.68, 1500: 0.22})
    best("access: E2SFCA", 3, lambda: made.enhanced_two_stage_fca(max_cost=1500, weight_fn=steps))


for peer, run in {
    "pandana": run_pandana,
    "networkx": run_networkx,
    "spopt": run_spopt,
    "access": run_access,
}.items():
    try:
        run()
    except ImportError as error:
        print(f"{peer}: not installed ({error})", flush=True)
    except Exception as error:
        # A peer that fails takes nothing from the others.
        print(f"{peer}: failed ({type(error).__name__}: {error})".replace("\n", " "), flush=True)
