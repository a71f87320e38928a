//! Plans of other programs as the sheets that are imported: MSPDI, XER and sheets of tasks fill the tables of steps'
//! work, of steps' links, and of milestones.
//!
//! The summary at the top above a task bears the project's name or code, the task its step's. Rows are counted as
//! the tasks stand in the file, the headings being row 1.

use std::collections::BTreeSet;

use app::import::{Sheet, SheetRow};
use app::table::{NOTHING, Table};
use exchange::cell::Cell;
use exchange::sheet::{Limits, ReadError};
use exchange::{mspdi, plan_sheet, xer};
use timetable::{Constraint, Duration, Lag, Link, LinkKind, Plan, Progress, TaskDates, TaskId};

/// What a file of another planning program holds.
pub(crate) struct PlanFile {
    plan: Plan,
    three_point: Vec<Option<[i64; 3]>>,
    /// How long the file's own working day is: it counts days in these.
    minutes_per_day: i64,
}

/// Whether the bytes are a plan rather than a sheet.
pub(crate) fn is_plan(bytes: &[u8]) -> bool {
    xer::is_xer(bytes) || mspdi::is_xml(bytes)
}

/// In which form a plan came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Document,
    Tasks,
}

/// A plan that fills a table's sheet: how it came, and the day it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOrigin {
    form: Form,
    status: Option<timetable::Day>,
}

impl PlanOrigin {
    /// The day the file was made for: year, month and day.
    pub fn as_of(&self) -> Option<(i32, u32, u32)> {
        self.status.map(timetable::Day::ymd)
    }

    /// Takes the rows out of a sheet that say what the plan says by itself: what this product wrote into such a file,
    /// for the same day, comes in again as nothing. Gives how many rows these were.
    pub fn leave_out(&self, sheet: &mut Sheet, table: &Table, plan: &Plan, dates: &[TaskDates]) -> usize {
        let Some(own) = self.written(table, plan, dates) else { return 0 };
        let own: BTreeSet<Vec<String>> = own.rows.into_iter().skip(1).map(|row| row.cells).collect();
        let before = sheet.rows.len();
        let mut head = true;
        sheet.rows.retain(|row| std::mem::take(&mut head) || !own.contains(&row.cells));
        before - sheet.rows.len()
    }

    /// The plan as it would come in if it were written now.
    fn written(&self, table: &Table, plan: &Plan, dates: &[TaskDates]) -> Option<Sheet> {
        let limits = Limits { rows: usize::MAX, ..Limits::default() };
        match self.form {
            Form::Document => {
                let (text, _) = mspdi::write(plan, dates, &mspdi::WriteOptions::default());
                Some(document(text.as_bytes(), table, &limits).ok()?.0)
            }
            Form::Tasks => {
                let head = plan_sheet::headings().into_iter().map(|heading| heading.name).collect();
                let body = plan_sheet::rows(plan, dates).map(|row| row.into_iter().map(text_of).collect());
                let rows = (1..).zip(std::iter::once(head).chain(body));
                let rows = rows.map(|(number, cells)| exchange::sheet::Row { number, cells }).collect();
                let sheet = exchange::sheet::Sheet { rows, ..Default::default() };
                Some(tasks(&sheet, table, &limits).ok()?.0)
            }
        }
    }
}

fn text_of(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Number(text) => text,
        Cell::Day(day) => day.to_string(),
        Cell::Bool(yes) => yes.to_string(),
    }
}

/// Reads a sheet of tasks as the sheet of a table.
pub(crate) fn tasks(
    sheet: &exchange::sheet::Sheet,
    table: &Table,
    limits: &Limits,
) -> Result<(Sheet, PlanOrigin), ReadError> {
    let plan = plan_sheet::read(sheet)?;
    let three_point = vec![None; plan.tasks.len()];
    PlanFile { plan, three_point, minutes_per_day: 480 }.sheet(table, limits, Form::Tasks)
}

/// Reads a plan as the sheet of a table.
pub(crate) fn read(bytes: &[u8], table: &Table, limits: &Limits) -> Result<(Sheet, PlanOrigin), ReadError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(ReadError::TooLarge { found: bytes.len() as u64, max: limits.bytes });
    }
    document(bytes, table, limits)
}

fn document(bytes: &[u8], table: &Table, limits: &Limits) -> Result<(Sheet, PlanOrigin), ReadError> {
    let file = if xer::is_xer(bytes) {
        let document = xer::read(bytes)?;
        PlanFile {
            three_point: vec![None; document.plan.tasks.len()],
            plan: document.plan,
            minutes_per_day: document.minutes_per_day,
        }
    } else {
        let document = mspdi::read(bytes)?;
        PlanFile {
            three_point: document.tasks.iter().map(|task| task.three_point).collect(),
            plan: document.plan,
            minutes_per_day: document.minutes_per_day,
        }
    };
    file.sheet(table, limits, Form::Document)
}

const WORK: [&str; 8] =
    ["project", "step", "low_days", "likely_days", "high_days", "work_calendar", "after_steps", "not_before"];
const LINKS: [&str; 6] = ["project", "step", "before_project", "before_step", "step_link_kind", "lag_days"];
const MILESTONES: [&str; 4] = ["project", "step", "aspect", "date"];

impl PlanFile {
    fn sheet(mut self, table: &Table, limits: &Limits, form: Form) -> Result<(Sheet, PlanOrigin), ReadError> {
        // Promises that have passed are on record as any other.
        self.plan.refuse_overdue = false;
        // A circle or a link with nowhere to go is told by its tasks, before any row is looked at.
        timetable::Network::new(&self.plan)?;
        let (headings, rows) = match table.name {
            "step_work" => (&WORK[..], self.work()),
            "step_links" => (&LINKS[..], self.links()),
            "milestones" => (&MILESTONES[..], self.milestones()),
            _ => return Err(ReadError::PlanForTable),
        };
        if rows.len() > limits.rows {
            return Err(ReadError::TooManyRows { max: limits.rows });
        }
        let head = SheetRow { number: 1, cells: headings.iter().map(|name| (*name).to_owned()).collect() };
        let rows = std::iter::once(head).chain(rows).collect();
        let status = self.plan.status_date.map(timetable::Moment::day);
        Ok((Sheet { name: self.plan.name, rows, faults: Vec::new() }, PlanOrigin { form, status }))
    }

    /// Working days, a part of one counting as one; what is counted by the clock stays as it is, and is refused.
    fn days(&self, duration: Duration, minutes: i64) -> String {
        match duration {
            Duration::Working(_) => ((minutes + self.minutes_per_day - 1) / self.minutes_per_day).to_string(),
            Duration::Elapsed(_) => format!("{} h (elapsed)", minutes / 60),
        }
    }

    fn is_summary(&self) -> Vec<bool> {
        let mut out = vec![false; self.plan.tasks.len()];
        for parent in self.plan.tasks.iter().filter_map(|task| task.parent) {
            out[parent.index()] = true;
        }
        out
    }

    /// The name of the project a task belongs to: the summary at the top above it, or the file's.
    fn project(&self, task: TaskId) -> &str {
        let mut at = task;
        while let Some(parent) = self.plan.tasks[at.index()].parent {
            if self.plan.tasks[parent.index()].uid == 0 {
                break;
            }
            at = parent;
        }
        if at == task { &self.plan.name } else { &self.plan.tasks[at.index()].name }
    }

    /// The leaves, with their places in the file.
    fn leaves(&self) -> impl Iterator<Item = (u32, TaskId)> + '_ {
        let summaries = self.is_summary();
        let all = (0..self.plan.tasks.len()).filter(move |at| !summaries[*at]);
        all.map(|at| (at as u32 + 2, TaskId(at as u32))).filter(|(_, id)| self.plan.tasks[id.index()].active)
    }

    fn name(&self, task: TaskId) -> String {
        self.plan.tasks[task.index()].name.clone()
    }

    /// Whether a link is what a chain says: the one is finished when the other begins, in the same project.
    fn is_of_chain(&self, link: &Link) -> bool {
        link.kind == LinkKind::FinishToStart
            && link.lag == Lag::Working(0)
            && self.project(link.predecessor) == self.project(link.successor)
    }

    fn work(&self) -> Vec<SheetRow> {
        let mut before: Vec<Vec<String>> = vec![Vec::new(); self.plan.tasks.len()];
        for link in self.plan.links.iter().filter(|link| self.is_of_chain(link)) {
            before[link.successor.index()].push(self.name(link.predecessor));
        }
        let rows = self.leaves().map(|(number, id)| {
            let task = &self.plan.tasks[id.index()];
            let minutes = task.duration.minutes();
            let [low, likely, high] = self.three_point[id.index()].unwrap_or([minutes; 3]);
            let calendar = task.calendar.filter(|held| *held != self.plan.calendar);
            let calendar = calendar.and_then(|id| self.plan.calendars.get(id.index()));
            let after = &before[id.index()];
            let cells = vec![
                self.project(id).to_owned(),
                task.name.clone(),
                self.days(task.duration, low),
                self.days(task.duration, likely),
                self.days(task.duration, high),
                calendar.map_or_else(String::new, |calendar| calendar.name.clone()),
                if after.is_empty() { NOTHING.to_owned() } else { after.join(";") },
                match task.constraint {
                    Constraint::StartNoEarlierThan(moment) => moment.day().to_string(),
                    _ => String::new(),
                },
            ];
            SheetRow { number, cells }
        });
        rows.collect()
    }

    fn links(&self) -> Vec<SheetRow> {
        let rows = self.plan.links.iter().filter(|link| !self.is_of_chain(link)).map(|link| {
            let (own, other) = (self.project(link.successor), self.project(link.predecessor));
            let kind = match link.kind {
                LinkKind::FinishToStart => "finish_to_start",
                LinkKind::StartToStart => "start_to_start",
                LinkKind::FinishToFinish => "finish_to_finish",
                LinkKind::StartToFinish => "start_to_finish",
            };
            let lag = match link.lag {
                Lag::Working(minutes) if minutes % self.minutes_per_day == 0 => {
                    (minutes / self.minutes_per_day).to_string()
                }
                Lag::Working(minutes) => format!("{:.2}", minutes as f64 / self.minutes_per_day as f64),
                Lag::Elapsed(minutes) => format!("{} h (elapsed)", minutes / 60),
                Lag::Percent(percent) | Lag::ElapsedPercent(percent) => format!("{percent} %"),
            };
            let cells = vec![
                own.to_owned(),
                self.name(link.successor),
                if own == other { String::new() } else { other.to_owned() },
                self.name(link.predecessor),
                kind.to_owned(),
                lag,
            ];
            SheetRow { number: link.successor.0 + 2, cells }
        });
        rows.collect()
    }

    /// Promises are deadlines; what is finished has its day.
    fn milestones(&self) -> Vec<SheetRow> {
        let rows = self.leaves().flat_map(|(number, id)| {
            let task = &self.plan.tasks[id.index()];
            // A deadline at midnight is the end of the day before.
            let promised = task.deadline.map(|at| timetable::Moment::from_minutes(at.minutes() - 1).day());
            let done = match task.progress {
                Progress::Finished { finish, .. } => Some(finish.day()),
                _ => None,
            };
            let line = |aspect: &str, day: timetable::Day| SheetRow {
                number,
                cells: vec![
                    self.project(id).to_owned(),
                    task.name.clone(),
                    aspect.to_owned(),
                    day.to_string(),
                ],
            };
            let promised = promised.map(|day| line("promised", day));
            promised.into_iter().chain(done.map(|day| line("actual", day))).collect::<Vec<_>>()
        });
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use app::table::table;

    use super::*;

    const PLAN: &str = r#"<?xml version="1.0"?><Project xmlns="http://schemas.microsoft.com/project"><Name>p</Name>
<StartDate>2019-08-15T08:00:00</StartDate><CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID>
<Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar><WeekDays><WeekDay><DayType>2</DayType>
<DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>16:00:00</ToTime>
</WorkingTime></WorkingTimes></WeekDay></WeekDays></Calendar></Calendars><Tasks>
<Task><UID>1</UID><Name>School</Name><OutlineLevel>1</OutlineLevel><Summary>1</Summary></Task>
<Task><UID>2</UID><Name>Permit</Name><OutlineLevel>2</OutlineLevel><Duration>PT20H0M0S</Duration></Task>
<Task><UID>3</UID><Name>Build</Name><OutlineLevel>2</OutlineLevel><Duration>PT40H0M0S</Duration>
<ConstraintType>4</ConstraintType><ConstraintDate>2019-03-04T08:00:00</ConstraintDate>
<Deadline>2019-12-31T17:00:00</Deadline><PredecessorLink><PredecessorUID>2</PredecessorUID><Type>1</Type>
<LinkLag>0</LinkLag><LagFormat>7</LagFormat></PredecessorLink></Task>
<Task><UID>4</UID><Name>Fit out</Name><OutlineLevel>2</OutlineLevel><Duration>PT8H0M0S</Duration>
<PredecessorLink><PredecessorUID>3</PredecessorUID><Type>3</Type><LinkLag>4800</LinkLag>
<LagFormat>7</LagFormat></PredecessorLink></Task></Tasks></Project>"#;

    fn cells_of(plan: &str, name: &str) -> Vec<Vec<String>> {
        let (sheet, _) =
            read(plan.as_bytes(), table(name).expect("a table"), &Limits::default()).expect("a sheet");
        sheet.rows.into_iter().skip(1).map(|row| row.cells).collect()
    }

    fn cells(name: &str) -> Vec<Vec<String>> {
        cells_of(PLAN, name)
    }

    #[test]
    fn tasks_fill_the_tables_of_steps() {
        assert_eq!(cells("step_work")[0], ["School", "Permit", "3", "3", "3", "", "-", ""]);
        assert_eq!(cells("step_work")[1], ["School", "Build", "5", "5", "5", "", "Permit", "2019-03-04"]);
        assert_eq!(cells("step_links"), [["School", "Fit out", "", "Build", "start_to_start", "1"]]);
        assert_eq!(cells("milestones"), [["School", "Build", "promised", "2019-12-31"]]);
    }

    #[test]
    fn days_are_as_long_as_the_file_says() {
        let ten = PLAN
            .replace(
                "<CalendarUID>1</CalendarUID><Calendars>",
                "<MinutesPerDay>600</MinutesPerDay><CalendarUID>1</CalendarUID><Calendars>",
            )
            .replace("<LinkLag>4800</LinkLag>", "<LinkLag>12000</LinkLag>");
        let days: Vec<String> = cells_of(&ten, "step_work").into_iter().map(|row| row[3].clone()).collect();
        // 20, 40 and 8 hours.
        assert_eq!(days, ["2", "4", "1"]);
        // 20 hours, in tenths of minutes.
        assert_eq!(cells_of(&ten, "step_links")[0][5], "2");
        let xer = "ERMHDR\t19.12\n%T\tCALENDAR\n%F\tclndr_id\tclndr_name\tday_hr_cnt\tclndr_data\n\
                   %R\t1\tTen hours\t10\t(0||CalendarData()((0||DaysOfWeek()((0||1()())(0||2()((0||0(s|07:00|f|17:00)())))\
                   (0||3()((0||0(s|07:00|f|17:00)())))(0||4()((0||0(s|07:00|f|17:00)())))(0||5()((0||0(s|07:00|f|17:00)())))\
                   (0||6()((0||0(s|07:00|f|17:00)())))(0||7()())))))\n\
                   %T\tPROJECT\n%F\tproj_id\tproj_short_name\tclndr_id\tplan_start_date\n%R\t1\tSchool\t1\t2019-08-15 07:00\n\
                   %T\tTASK\n%F\ttask_id\tproj_id\tclndr_id\ttask_code\ttask_name\ttask_type\tstatus_code\ttarget_drtn_hr_cnt\tremain_drtn_hr_cnt\n\
                   %R\t1\t1\t1\tA\tPermit\tTT_Task\tTK_NotStart\t10\t10\n%E\n";
        assert_eq!(cells_of(xer, "step_work")[0][3], "1");
    }

    const CIRCLE: &str = r#"<?xml version="1.0"?><Project xmlns="http://schemas.microsoft.com/project"><Name>p</Name>
<StartDate>2019-08-15T08:00:00</StartDate><Tasks>
<Task><UID>1</UID><Name>First</Name><Duration>PT8H0M0S</Duration><PredecessorLink><PredecessorUID>2</PredecessorUID><Type>1</Type></PredecessorLink></Task>
<Task><UID>2</UID><Name>Second</Name><Duration>PT8H0M0S</Duration><PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type></PredecessorLink></Task>
</Tasks></Project>"#;

    #[test]
    fn what_is_no_plan_is_refused_with_its_place() {
        let work = table("step_work").expect("a table");
        let read = |text: &str| read(text.as_bytes(), work, &Limits::default());
        let Err(error) = read("<Project><Tasks><Task>") else { panic!("broken") };
        assert!(error.to_string().contains("line 1"), "{error}");
        // A fault has words in both languages, with its place.
        let told = |text: &str, lang| crate::incoming::explain(lang, &read(text).expect_err("a fault"));
        for (text, zh, en) in [
            ("<Project><Tasks><Task>", "第 1 行：XML 已损坏", "Line 1: the XML is broken"),
            ("<Html></Html>", "根元素是 <Html>", "root element is <Html>"),
            (CIRCLE, "形成循环：", "go round in a circle: "),
            ("ERMHDR\t8.0\n%E\n", "文件缺少表 PROJECT", "The file has no table PROJECT"),
        ] {
            assert!(told(text, words::Lang::Zh).contains(zh), "{}", told(text, words::Lang::Zh));
            assert!(told(text, words::Lang::En).contains(en), "{}", told(text, words::Lang::En));
        }
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><Project>&b;</Project>";
        assert!(matches!(read(bomb), Err(ReadError::BrokenPlan(_))));
        let units = table("projects").expect("a table");
        assert_eq!(super::read(PLAN.as_bytes(), units, &Limits::default()), Err(ReadError::PlanForTable));
    }
}
