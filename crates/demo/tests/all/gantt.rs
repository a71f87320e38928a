//! The demonstration's timetable as a picture: what its bars, flags and links say, and how it is printed.

use std::sync::Arc;

use app::gantt::{Baseline, Gantt, ends};
use app::paper::{Data, Format, GanttPaper, Paper};
use app::read::Asked;
use app::timetable::PlanTimetable;
use domain::timetabling::Flag;
use jiff::civil::{Date, date};
use scratch::drawn::{check_fonts, check_pages, pictures, present, text_of};
use words::Lang;

use crate::loaded::{app, plan, runtime};

const DAY: Date = date(2019, 8, 14);

fn on(day: Date) -> Asked {
    Asked { as_of: Some(day), known_at: None }
}

fn picture(baseline: Baseline) -> (Arc<PlanTimetable>, Gantt) {
    runtime().block_on(async {
        let view = app().view(on(DAY)).await.unwrap();
        let held = app().timetable(&plan(), view).await.unwrap();
        let base = app().baseline(&held, baseline).await.unwrap();
        let rows: Vec<usize> = (0..held.rows.len()).collect();
        let gantt = Gantt::of(&held, &rows, base.as_deref());
        (held, gantt)
    })
}

#[test]
fn bars_say_what_the_timetable_says() {
    let (held, gantt) = picture(Baseline::None);
    assert_eq!(gantt.groups.len(), held.rows.len());
    let mut flags = std::collections::BTreeMap::new();
    for (group, row) in gantt.groups.iter().zip(&held.rows) {
        for line in group.steps.iter().chain([&group.line]) {
            let bars = &line.bars;
            let spans = [bars.done, bars.ahead, bars.over, bars.spare].into_iter().flatten();
            spans.for_each(|(from, to)| assert!(from <= to, "{} {line:?}", group.code));
            assert!(bars.done.is_none_or(|(_, to)| to <= DAY), "{} {line:?}", group.code);
            if let (Some(over), Some(ahead)) = (bars.over, bars.ahead) {
                assert!(ahead.0 <= over.1 && over.1 == ahead.1, "{} {line:?}", group.code);
            }
            // What has time to spare is not beyond its promise.
            assert!(bars.spare.is_none() || line.float.is_some_and(|float| float >= 0), "{line:?}");
            if let Some((day, flag)) = bars.promise {
                *flags.entry(flag).or_insert(0) += 1;
                match flag {
                    Flag::Holds => assert!(bars.over.is_none() && day >= DAY, "{line:?}"),
                    Flag::Short => assert!(bars.over.is_some() && day >= DAY, "{line:?}"),
                    Flag::Kept | Flag::Missed => {}
                }
            }
        }
        assert_eq!(group.steps.len(), row.steps.len());
        assert_eq!(group.line.float, row.headline().and_then(|step| step.float));
        // A project that was done is done for good: it has no days to come.
        if row.headline().is_none() {
            assert!(group.line.finish.is_none_or(|day| day <= DAY), "{} {:?}", group.code, group.line);
        }
    }
    assert!(Flag::ALL.iter().all(|flag| flags.contains_key(flag)), "{flags:?}");
}

#[test]
fn links_lead_from_what_holds_to_what_waits() {
    let (_, gantt) = picture(Baseline::None);
    assert!(gantt.links.len() > gantt.groups.len() * 8, "{}", gantt.links.len());
    let mut drawn = 0;
    for link in &gantt.links {
        let (from, to) =
            (&gantt.groups[link.from.0].steps[link.from.1], &gantt.groups[link.to.0].steps[link.to.1]);
        let Some((left, right)) = ends(link.kind, from, to) else { continue };
        drawn += 1;
        if link.driving {
            // Nothing but weekends and holidays lies between.
            let days = left.until(right).unwrap().get_days();
            assert!((0..=12).contains(&days) || link.lag != 0, "{link:?} {left} {right}");
        }
    }
    assert!(drawn > 500 && gantt.links.iter().any(|link| link.driving), "{drawn}");
}

#[test]
fn an_earlier_timetable_lies_below_the_bars() {
    let (held, gantt) = picture(Baseline::Revision(1));
    let day = held.portfolio.plan.revisions[0].on;
    assert_eq!(gantt.baseline, Some(day));
    let then = runtime().block_on(async {
        let view = app().view(on(day)).await.unwrap();
        app().timetable_dates(&plan(), view).await.unwrap()
    });
    let mut moved = 0;
    for group in &gantt.groups {
        let row = then.row(group.code.as_str());
        assert_eq!(group.line.base, row.and_then(|row| row.span()), "{}", group.code);
        moved += usize::from(group.line.base.is_some_and(|(_, finish)| Some(finish) != group.line.finish));
    }
    assert!(moved > 20, "{moved}");
    // A revision that is not, or a day to come, is compared with nothing.
    assert_eq!(picture(Baseline::Revision(99)).1.baseline, None);
    assert_eq!(picture(Baseline::Day(date(2030, 1, 1))).1.baseline, None);
    assert_eq!(Baseline::parse("r2"), Baseline::Revision(2));
    assert_eq!(Baseline::parse("2018-12-01"), Baseline::Day(date(2018, 12, 1)));
    assert_eq!(Baseline::parse("soon"), Baseline::None);
}

#[test]
fn it_is_printed_over_several_pages_in_both_languages() {
    let paper = Paper::Gantt(GanttPaper { projects: None, steps: true, baseline: Baseline::Revision(1) });
    let folder = tempfile::tempdir().unwrap();
    for (lang, head) in [(Lang::Zh, "项目"), (Lang::En, "Project")] {
        let data = runtime().block_on(app().paper(&plan(), &paper, Format::Pdf, lang, on(DAY))).unwrap();
        let Data::Chart(chart) = &data else { panic!("a chart") };
        assert!(chart.rows.len() > 1_000 && !chart.ties.is_empty(), "{}", chart.rows.len());
        let svg = document::chart::write_svg(chart);
        assert!(svg.len() > 20 && svg.iter().all(|page| page.contains(head)), "{}", svg.len());
        if !(present("pdftoppm") && present("pdftotext") && present("pdffonts")) {
            continue;
        }
        let file = folder.path().join(format!("{lang:?}.pdf"));
        std::fs::write(&file, data.write(Format::Pdf).unwrap()).unwrap();
        let drawn = pictures(&file, folder.path());
        assert_eq!(drawn.len(), svg.len());
        check_pages("gantt", &drawn, |_| [14.0; 4], 0.0);
        check_fonts("gantt", &file);
        let text = text_of(&file);
        for page in text.trim_end_matches('\u{c}').split('\u{c}') {
            assert!(page.contains(head), "{page}");
        }
    }
}
