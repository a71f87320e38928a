//! `huitian place` as it is used: the built binary on files, against values computed by other programs
//! where the shared data are present.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

fn shared(path: &str) -> Option<PathBuf> {
    scratch::shared_data(format!("data/place/{path}"))
}

/// A folder of its own for one test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("place").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn place(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_huitian")).arg("place").args(arguments).output().unwrap()
}

fn good(arguments: &[&str]) -> String {
    let output = place(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn bad(arguments: &[&str]) -> String {
    let output = place(arguments);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn write(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    text(&path).to_owned()
}

/// a -100 m- b -50.5 m- c, and d alone.
fn small(folder: &Path) -> (String, String) {
    let nodes = write(
        folder,
        "nodes.csv",
        "id,lon,lat\na,116.30,40.07\nb,116.31,40.07\nc,116.32,40.07\nd,116.4,40.1\n",
    );
    let edges = write(folder, "edges.csv", "u,v,length_m\na,b,100\nb,c,50.5\na,c,400\n");
    (nodes, edges)
}

#[test]
fn nearest_lists_ranks_and_leaves_out_what_is_out_of_reach() {
    let folder = folder("nearest");
    let (nodes, edges) = small(&folder);
    let pois = write(&folder, "pois.csv", "category,node\nshop,c\npark,a\nshop,a\n");
    let out = folder.join("out.csv");
    let run = |limit: &str, k: &str| {
        good(&[
            "nearest",
            "--nodes",
            &nodes,
            "--edges",
            &edges,
            "--pois",
            &pois,
            "--limit-metres",
            limit,
            "--k",
            k,
            "--out",
            text(&out),
        ]);
        fs::read_to_string(&out).unwrap()
    };
    assert_eq!(
        run("150.5", "2"),
        "node,category,rank,metres\n\
         a,shop,1,0.000\na,shop,2,150.500\na,park,1,0.000\n\
         b,shop,1,50.500\nb,shop,2,100.000\nb,park,1,100.000\n\
         c,shop,1,0.000\nc,shop,2,150.500\nc,park,1,150.500\n"
    );
    assert_eq!(
        run("150.499", "1"),
        "node,category,rank,metres\na,shop,1,0.000\na,park,1,0.000\nb,shop,1,50.500\nb,park,1,100.000\n\
         c,shop,1,0.000\n"
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 4, "no partial file stays");
}

#[test]
fn sum_counts_every_node_within_the_limit() {
    let folder = folder("sum");
    let (nodes, edges) = small(&folder);
    let weights = write(&folder, "weights.csv", "node,weight\na,10\nc,2.5\nc,1\n");
    let out = folder.join("out.csv");
    good(&[
        "sum",
        "--nodes",
        &nodes,
        "--edges",
        &edges,
        "--weights",
        &weights,
        "--limit-metres",
        "100",
        "--out",
        text(&out),
    ]);
    assert_eq!(fs::read_to_string(&out).unwrap(), "node,sum\na,10.0\nb,13.5\nc,3.5\nd,0.0\n");
}

#[test]
fn limit_cases_are_listed_apart() {
    let folder = folder("limit");
    let (nodes, edges) = small(&folder);
    let pois = write(&folder, "pois.csv", "category,node\nshop,a\n");
    let weights = write(&folder, "weights.csv", "node,weight\na,1\n");
    let (out, cases) = (folder.join("out.csv"), folder.join("cases.csv"));
    let network = ["--nodes", &nodes, "--edges", &edges, "--out", text(&out), "--limit-cases", text(&cases)];
    let run = |command: &str, rest: &[&str]| {
        good(&[&[command], &network[..], rest].concat());
        fs::read_to_string(&cases).unwrap()
    };
    let near = run("nearest", &["--pois", &pois, "--limit-metres", "99.99"]);
    assert_eq!(near, "node,category,rank,metres\nb,shop,1,100.000\n");
    assert_eq!(run("sum", &["--weights", &weights, "--limit-metres", "99.99"]), "node\na\nb\n");
    assert_eq!(run("sum", &["--weights", &weights, "--limit-metres", "99.989"]), "node\n");
    assert_eq!(run("sum", &["--weights", &weights, "--limit-metres", "100.01"]), "node\na\nb\n");
    assert_eq!(run("sum", &["--weights", &weights, "--limit-metres", "100.011"]), "node\n");
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    let folder = folder("bad");
    let (nodes, edges) = small(&folder);
    let out = folder.join("out.csv");
    let weights = write(&folder, "weights.csv", "node,weight\na,10\nb,-3\n");
    let run = |edges: &str, weights: &str, limit: &str| {
        bad(&[
            "sum",
            "--nodes",
            &nodes,
            "--edges",
            edges,
            "--weights",
            weights,
            "--limit-metres",
            limit,
            "--out",
            text(&out),
        ])
    };
    assert!(run(&edges, &weights, "5").contains("weights.csv: line 3: weight is `-3`"));
    let broken = write(&folder, "broken.csv", "u,v,length_m\na,b,100\na,zz,1\n");
    assert!(
        run(&broken, &weights, "5").contains("broken.csv: line 3: node `zz` is not in the table of nodes")
    );
    assert!(run(&edges, &weights, "-5").contains("expected metres"));
    assert!(run("/nowhere.csv", &weights, "5").contains("cannot open /nowhere.csv"));
    assert!(!out.exists());
    let noise = write(&folder, "noise.osm.pbf", "this is no map");
    assert!(bad(&["import-osm", &noise]).contains("this is not an .osm.pbf file"));
}

#[test]
fn nearest_and_sums_equal_pandana_to_a_centimetre() {
    let (Some(nodes), Some(edges), Some(pois), Some(oracle)) = (
        shared("networks/porto_portugal_simp_nodes.csv"),
        shared("networks/porto_portugal_simp_edges.csv"),
        shared("networks/porto_portugal_simp_poi_nodes.csv"),
        shared("oracles/pandana_porto_simp_1000.csv"),
    ) else {
        return;
    };
    let folder = folder("pandana");
    let weights: String = (0..62_874u64).map(|id| format!("{id},{}\n", 10 + id * 7919 % 91)).collect();
    let weights = write(&folder, "weights.csv", &format!("node,weight\n{weights}"));
    let (near, sums) = (folder.join("near.csv"), folder.join("sums.csv"));
    let network = ["--nodes", text(&nodes), "--edges", text(&edges), "--limit-metres", "1200"];
    let with = |command: &str, rest: &[&str]| {
        let mut arguments = vec![command];
        arguments.extend(network);
        arguments.extend(rest);
        good(&arguments);
    };
    with("nearest", &["--pois", text(&pois), "--k", "3", "--out", text(&near), "--threads", "1"]);
    with("sum", &["--weights", &weights, "--out", text(&sums)]);

    let mut found: HashMap<(String, String, String), f64> = HashMap::new();
    for row in csv::Reader::from_path(&near).unwrap().records() {
        let row = row.unwrap();
        let key = (row[0].to_owned(), row[1].to_owned(), row[2].to_owned());
        assert!(found.insert(key, row[3].parse().unwrap()).is_none());
    }
    let sums: HashMap<String, f64> = csv::Reader::from_path(&sums)
        .unwrap()
        .records()
        .map(|row| row.map(|row| (row[0].to_owned(), row[1].parse().unwrap())).unwrap())
        .collect();
    assert_eq!(sums.len(), 62_874);
    let mut oracle = csv::Reader::from_path(oracle).unwrap();
    let headers = oracle.headers().unwrap().clone();
    for row in oracle.records() {
        let row = row.unwrap();
        let node = row[0].to_owned();
        let value = |column: &str| -> f64 {
            row[headers.iter().position(|header| header == column).unwrap()].parse().unwrap()
        };
        assert_eq!(sums[&node], value("pop_within"), "{node}");
        for category in 0..10 {
            for (prefix, rank) in [("near", "1"), ("near3", "3")] {
                let expected = value(&format!("{prefix}_cat{category}"));
                let key = (node.clone(), format!("cat{category}"), rank.to_owned());
                let metres = found.get(&key).copied().unwrap_or(1200.0);
                assert!((metres - expected).abs() <= 0.01, "{key:?} {metres} {expected}");
            }
        }
    }

    // The same on two threads, byte for byte.
    let again = folder.join("again.csv");
    with("nearest", &["--pois", text(&pois), "--k", "3", "--out", text(&again), "--threads", "2"]);
    assert_eq!(fs::read(&near).unwrap(), fs::read(&again).unwrap());
}

#[test]
fn import_counts_what_an_independent_reader_counts() {
    for (file, all, largest, merged, missing) in [
        ("porto_portugal", [303_571, 326_584, 529], [299_398, 322_777], [62_874, 84_686], 0),
        ("Helsinki", [5_845, 6_856, 46], [5_667, 6_720], [2_440, 3_474], 718),
    ] {
        let Some(path) = shared(&format!("networks/{file}.osm.pbf")) else { return };
        let folder = folder(file);
        let (nodes, edges) = (folder.join("nodes.csv"), folder.join("edges.csv"));
        let report = good(&[
            "import-osm",
            text(&path),
            "--format",
            "json",
            "--part",
            "merged",
            "--nodes-out",
            text(&nodes),
            "--edges-out",
            text(&edges),
        ]);
        let report: Value = serde_json::from_str(&report).unwrap();
        let count = |part: &str, what: &str| report[part][what].as_u64().unwrap();
        assert_eq!([count("all", "nodes"), count("all", "edges"), count("all", "components")], all);
        assert_eq!([count("largest", "nodes"), count("largest", "edges")], largest);
        assert_eq!([count("merged", "nodes"), count("merged", "edges")], merged);
        assert_eq!(report["missing_node_references"], missing);
        assert_eq!(count("islands", "count"), all[2] - 1);
        if file == "porto_portugal" {
            let Some(expected) = shared("networks/porto_portugal_simp_nodes.csv") else { return };
            let expected = fs::read_to_string(expected).unwrap().replace('\r', "");
            assert!(fs::read_to_string(&nodes).unwrap() == expected, "merged nodes differ");
        }
        let bike = good(&["import-osm", text(&path), "--format", "json", "--profile", "bike"]);
        let bike: Value = serde_json::from_str(&bike).unwrap();
        assert!(bike["all"]["edges"].as_u64().unwrap() > 1_000);
    }
}

#[test]
fn import_refuses_another_city() {
    let (Some(path), Some(area)) = (shared("networks/Helsinki.osm.pbf"), shared("huitian/streets.geojson"))
    else {
        return;
    };
    let error = bad(&["import-osm", text(&path), "--area", text(&area)]);
    assert!(error.contains("is this the extract of another city?"), "{error}");
    let folder = folder("area");
    let around = write(
        &folder,
        "area.geojson",
        r#"{"type":"Polygon","coordinates":[[[24,60],[26,60],[26,61],[24,61],[24,60]]]}"#,
    );
    assert!(good(&["import-osm", text(&path), "--area", &around]).contains("nodes in the area: 5845"));
}

#[test]
fn import_of_a_cut_file_fails() {
    let Some(path) = shared("networks/Helsinki.osm.pbf") else { return };
    let folder = folder("cut");
    let bytes = fs::read(path).unwrap();
    let cut = folder.join("cut.osm.pbf");
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let (nodes, edges) = (folder.join("nodes.csv"), folder.join("edges.csv"));
    let error = bad(&["import-osm", text(&cut), "--nodes-out", text(&nodes), "--edges-out", text(&edges)]);
    assert!(error.contains("breaks off at byte"), "{error}");
    assert!(!nodes.exists() && !edges.exists());
}

#[test]
fn siting_reaches_the_proven_optima() {
    let (Some(cost), Some(demand), Some(sites)) = (
        shared("oracles/loc_d500s100_cost.csv"),
        shared("oracles/loc_d500s100_demand.csv"),
        shared("oracles/loc_d500s100_sites.csv"),
    ) else {
        return;
    };
    let files = ["site", "--cost", text(&cost), "--demand", text(&demand), "--sites", text(&sites)];
    let solve = |rest: &[&str]| -> Value {
        let mut arguments = files.to_vec();
        arguments.extend(rest);
        arguments.extend(["--format", "json"]);
        let answer: Value = serde_json::from_str(&good(&arguments)).unwrap();
        assert_eq!(answer["proven"], true);
        assert_eq!(answer["objective"], answer["bound"]);
        assert_eq!(answer["gap"], 0.0);
        answer
    };
    for (p, median, cover) in [
        ("5", 2_443_244_998.6, 421_887.0),
        ("10", 1_734_930_070.5, 733_180.0),
        ("20", 1_251_270_592.2, 1_111_684.0),
    ] {
        let answer = solve(&["--model", "p-median", "--p", p]);
        assert!((answer["objective"].as_f64().unwrap() - median).abs() < 0.1);
        assert_eq!(answer["chosen_sites"].as_array().unwrap().len().to_string(), p);
        let answer = solve(&["--model", "max-cover", "--p", p, "--radius", "1000"]);
        assert_eq!(answer["objective"].as_f64(), Some(cover));
    }
    let answer = solve(&["--model", "set-cover", "--radius", "1200"]);
    assert_eq!(answer["objective"], 31);
    assert_eq!(answer["covered"]["points"], 460);
}

#[test]
fn siting_knows_fixed_sites_budgets_and_impossible_tasks() {
    let folder = folder("site");
    let cost = write(&folder, "cost.csv", "0,10,90\n20,0,90\n95,90,1\n");
    let demand = write(&folder, "demand.csv", "node,w\na,1\nb,1\nc,5\n");
    let sites = write(&folder, "sites.csv", "node,cost,fixed\nx,3,no\ny,1,yes\nz,7.5,no\n");
    let files = ["site", "--cost", &cost, "--demand", &demand, "--sites", &sites];
    let with = |rest: &[&'static str]| [&files[..], rest].concat();
    let answer: Value =
        serde_json::from_str(&good(&with(&["--model", "p-median", "--p", "1", "--format", "json"]))).unwrap();
    assert_eq!(answer["chosen_sites"], serde_json::json!(["z"]));
    assert_eq!(answer["objective"].as_f64(), Some(15.0));
    let csv = good(&with(&["--model", "max-cover", "--budget", "7.4", "--radius", "5", "--format", "csv"]));
    assert!(csv.contains("2,2,0,proven,x,no,1,1,1"), "{csv}");
    let text = good(&with(&["--model", "max-cover", "--budget", "7.5", "--radius", "5"]));
    assert!(text.starts_with("objective 6 (weight covered), bound 6, gap 0.0000%: proven"), "{text}");
    let error = bad(&with(&["--model", "p-median", "--p", "1", "--radius", "0.5"]));
    assert!(error.contains("have no site in reach"), "{error}");
    let error = bad(&with(&["--model", "p-median", "--p", "0", "--radius", "50"]));
    assert!(error.contains("no choice of sites"), "{error}");
    assert!(bad(&with(&["--model", "max-cover", "--p", "1"])).contains("--radius"));
    let short = write(&folder, "short.csv", "node,w\na,1\n");
    let error = bad(&[
        "site", "--cost", &cost, "--demand", &short, "--sites", &sites, "--model", "p-median", "--p", "1",
    ]);
    assert!(error.contains("has 3 rows and 3 columns, but there are 1 demand points and 3 sites"), "{error}");
}
