//! The `text` commands from outside, on self-written messages.

use crate::text_files::{Folder, fail, path_text as s, rows, succeed};

/// Forty messages of two categories.
fn labelled() -> String {
    let mut text = String::from("msg_id,user,title,time,body,label\n");
    let places = [
        "晨曦园",
        "柳荫苑",
        "北辰家园",
        "望溪村",
        "青禾里",
        "梧桐湾",
        "金谷园",
        "松鹤院",
        "明湖城",
        "春藤里",
    ];
    let extras = [
        "前天打过电话",
        "邻居也这么说",
        "拍了照片",
        "物业说在协调",
        "等了一个月",
        "跑了三趟",
        "盼着答复",
        "雨天更重",
        "晚上最难",
        "登记过姓名",
    ];
    let road = ["路灯整排不亮，走夜路看不见", "公交车半小时一趟还总是晚点"];
    let school = ["孩子小学学位一直没有着落", "幼儿园老师说学费又要涨价"];
    for (at, place) in places.iter().enumerate() {
        for which in 0..2 {
            let extra = extras[(at * 3 + which) % 10];
            let more = extras[(at * 7 + which + 5) % 10];
            text += &format!("{at}r{which},u{at},,2025/3/1,{place}{}，{extra}，{more}。,交通\n", road[which]);
            text +=
                &format!("{at}s{which},v{at},,2025/3/2,{place}{}，{more}，{extra}。,教育\n", school[which]);
        }
    }
    text
}

#[test]
fn learns_evaluates_and_classifies() {
    let folder = Folder::new("category");
    let learnt_from = folder.write("labelled.csv", &labelled());
    let model = folder.path("m.model");
    let card = succeed(&[
        "learn",
        "--in",
        s(&learnt_from),
        "--model",
        s(&model),
        "--source",
        "self-written",
        "--folds",
        "2",
    ]);
    assert!(card.contains("macro_f1: ") && card.contains("source: self-written"), "{card}");

    let unseen = folder.write(
        "unseen.csv",
        "msg_id,body\n1,\"路灯坏了，公交车也不来\"\n2,我家孩子的小学学位什么时候有\n3,\n",
    );
    let out = folder.path("out.csv");
    let arguments = ["classify", "--model", s(&model), "--in", s(&unseen), "--out", s(&out)];
    succeed(&arguments);
    let (header, answers) = rows(&out);
    assert_eq!(header, ["msg_id", "label", "confidence", "second_label"]);
    assert_eq!(answers[0]["label"], "交通");
    assert_eq!(answers[1]["label"], "教育");
    assert_eq!(answers[2]["confidence"], "0.0000");
    assert!(answers.iter().all(|r| r["label"] != r["second_label"]));

    succeed(&[&arguments[..], &["--sure-from", "0.2", "--why", "3"]].concat());
    let (header, answers) = rows(&out);
    assert_eq!(header[4..], ["best_label", "why"]);
    assert_eq!(answers[2]["label"], "");
    assert!(
        answers[0]["why"].contains("路灯") || answers[0]["why"].contains("公交"),
        "{}",
        answers[0]["why"]
    );

    let measured = succeed(&["evaluate", "--in", s(&learnt_from), "--folds", "2", "--format", "json"]);
    let measured: serde_json::Value = serde_json::from_str(&measured).unwrap();
    assert_eq!(measured["messages"], 40);
    let measured = succeed(&["evaluate", "--in", s(&learnt_from), "--model", s(&model), "--format", "csv"]);
    assert!(measured.starts_with("measure,value\nmessages,40\n"), "{measured}");
}

#[test]
fn a_worse_model_is_not_taken_into_use_and_the_old_one_is_kept() {
    let folder = Folder::new("replace");
    let good = folder.write("good.csv", &labelled());
    let model = folder.path("m.model");
    succeed(&["learn", "--in", s(&good), "--model", s(&model), "--folds", "2"]);
    let first = std::fs::read(&model).unwrap();
    // The same messages with labels that follow nothing.
    let mut bad = String::new();
    for (at, line) in labelled().lines().enumerate() {
        match line.rsplit_once(',') {
            Some((rest, _)) if at > 0 => {
                bad += &format!("{rest},{}\n", if at % 3 == 1 { "教育" } else { "交通" })
            }
            _ => bad += &format!("{line}\n"),
        }
    }
    let bad = folder.write("bad.csv", &bad);
    let error = fail(&["learn", "--in", s(&bad), "--model", s(&model), "--folds", "2"]);
    assert!(error.contains("not replaced") && error.contains("--force"), "{error}");
    assert_eq!(std::fs::read(&model).unwrap(), first);
    succeed(&["learn", "--in", s(&bad), "--model", s(&model), "--folds", "2", "--force"]);
    assert_ne!(std::fs::read(&model).unwrap(), first);
    assert_eq!(std::fs::read(folder.path("m.model.previous")).unwrap(), first);
}

#[test]
fn the_shipped_model_works_without_a_file() {
    let folder = Folder::new("shipped");
    let unseen = folder.write(
        "in.csv",
        "msg_id,title,body\n1,工资,\"公司拖欠农民工工资，不签劳动合同，不交社保\"\n2,污染,\"化工厂夜里排放废气，河水污染发臭\"\n",
    );
    let out = folder.path("out.csv");
    succeed(&["classify", "--in", s(&unseen), "--out", s(&out)]);
    let (_, answers) = rows(&out);
    assert_eq!(answers[0]["label"], "劳动和社会保障");
    assert_eq!(answers[1]["label"], "环境保护");
}

#[test]
fn finds_duplicates_with_their_similarity() {
    let folder = Folder::new("duplicates");
    let input = folder.write(
        "in.csv",
        "msg_id,body\na,\"东门的路灯坏了半个月，没有人修。\"\nb,\"东门的路灯坏了半个月 没有人修\"\nc,幼儿园学位不够\n",
    );
    let out = folder.path("out.csv");
    succeed(&["duplicates", "--in", s(&input), "--out", s(&out)]);
    let text = std::fs::read_to_string(&out).unwrap();
    assert_eq!(text, "msg_id_a,msg_id_b,similarity\na,b,1.0000\n");
    let error = fail(&["duplicates", "--in", s(&input), "--out", s(&out), "--from", "0"]);
    assert!(error.contains("0.3 to 1"), "{error}");
}

#[test]
fn finds_a_hot_issue_and_its_people() {
    let folder = Folder::new("hot");
    let mut text = String::from("msg_id,user,title,time,body,pro_votes\n");
    let titles = ["星河湾小区搅拌站噪音扰民", "请关停星河湾小区旁的搅拌站", "星河湾小区附近搅拌站粉尘大"];
    for person in 0..8 {
        let (title, day) = (titles[person % 3], person + 1);
        text += &format!(
            "{person},u{person},{title},2025/5/{day} 8:00:00,搅拌站就在星河湾小区东边，昼夜不停{person},1\n"
        );
    }
    for other in 0..30 {
        let matter = ["修路", "供暖", "入学"][other % 3];
        text += &format!("x{other},w{other},{matter}{other},2025/4/1,别的事情{other}号,0\n");
    }
    let input = folder.write("in.csv", &text);
    let out = folder.path("out.csv");
    succeed(&["hot-issues", "--in", s(&input), "--out", s(&out)]);
    let (header, found) = rows(&out);
    assert_eq!(header, ["rank", "heat", "people", "title", "place", "first", "last", "msg_id"]);
    let issue: Vec<_> = found.iter().filter(|r| r["title"].contains("搅拌站")).collect();
    assert_eq!(issue.len(), 8);
    assert!(issue.iter().all(|r| r["people"] == "8" && r["place"] == "星河湾小区"), "{issue:?}");
    assert_eq!((issue[0]["first"].as_str(), issue[0]["last"].as_str()), ("2025-05-01", "2025-05-08"));
    succeed(&["hot-issues", "--in", s(&input), "--out", s(&out), "--top", "1"]);
    assert!(rows(&out).1.iter().all(|r| r["rank"] == "1"));
}

#[test]
fn finds_places_of_a_gazetteer() {
    let folder = Folder::new("places");
    let gazetteer = folder.write("g.csv", "code,name,aliases\n7,龙泽苑社区居委会,龙泽\n8,天通苑,天通;TTY\n");
    let input = folder.write("in.csv", "msg_id,title,body\n1,龙泽苑社区停车,住在tty\n2,,没有地方\n");
    let out = folder.path("out.csv");
    succeed(&["places", "--in", s(&input), "--gazetteer", s(&gazetteer), "--out", s(&out)]);
    let text = std::fs::read_to_string(&out).unwrap();
    assert_eq!(
        text,
        "msg_id,place_id,place,mention,part,at,candidates\n\
         1,7,龙泽苑社区居委会,龙泽苑社区,title,0,1\n1,8,天通苑,tty,body,2,1\n"
    );
}

#[test]
fn bad_input_is_named_with_what_to_do() {
    let folder = Folder::new("bad");
    let out = folder.path("out.csv");
    let missing = folder.path("missing.csv");
    assert!(fail(&["duplicates", "--in", s(&missing), "--out", s(&out)]).contains("cannot open"));
    let no_body = folder.write("no_body.csv", "id,words\n1,x\n");
    let error = fail(&["hot-issues", "--in", s(&no_body), "--out", s(&out)]);
    assert!(error.contains("no column 'body'") && error.contains("id, words"), "{error}");
    let no_label = folder.write("no_label.csv", "body,label\nx,\n");
    let error = fail(&["learn", "--in", s(&no_label), "--model", s(&folder.path("m"))]);
    assert!(error.contains("line 2: the label is empty"), "{error}");
    let not_a_model = folder.write("m.model", "hello");
    let error = fail(&["classify", "--model", s(&not_a_model), "--in", s(&no_body), "--out", s(&out)]);
    assert!(error.contains("not a category model"), "{error}");
    assert!(!out.exists(), "a failed command leaves no table");
    // Half a table must not appear either: the second row is broken.
    let half = folder.write_bytes("half.csv", b"msg_id,body\n1,ok\n2,\xFF\xFE\n");
    let error = fail(&["classify", "--in", s(&half), "--out", s(&out)]);
    assert!(error.contains("line 3") && error.contains("UTF-8"), "{error}");
    assert!(!out.exists());
}

#[test]
fn every_command_shows_examples() {
    for command in ["learn", "evaluate", "classify", "duplicates", "hot-issues", "places"] {
        assert!(succeed(&[command, "--help"]).contains("Examples:"), "{command}");
    }
}
