//! Schedules: Microsoft Project's XML, Primavera's XER and sheets of tasks, read, computed, written and read again; and
//! years of the national calendar.

use exchange::mspdi::{self, WriteOptions};
use exchange::sheet::{Limits, Row, Sheet};
use exchange::{holiday_year, plan_sheet, xer};
use fuzz::{Target, Wrapping, campaign, magnitude, shape};
use timetable::{Duration, Network, Plan, TaskDates};

use crate::same;

/// What the scheduler makes of a plan that was read.
fn dates(plan: &Plan) -> Result<Vec<TaskDates>, String> {
    let network = Network::new(plan).map_err(|error| shape(&error))?;
    let schedule = network.schedule(plan).map_err(|error| shape(&error))?;
    Ok(schedule.dates(plan, &network))
}

/// What is written of a plan with dates is read, and once read stays the same for good.
fn again(plan: &Plan, dates: &[TaskDates]) -> Result<(), String> {
    let write = |plan: &Plan, dates: &[TaskDates]| mspdi::write(plan, dates, &WriteOptions::default()).0;
    let first = mspdi::read(write(plan, dates).as_bytes())
        .map_err(|error| format!("what was written is refused: {error}"))?;
    let computed = self::dates(&first.plan).map_err(|error| format!("the plan read back: {error}"))?;
    let second = mspdi::read(write(&first.plan, &computed).as_bytes())
        .map_err(|error| format!("what was written again is refused: {error}"))?;
    let (first, second) = (without_spans(first.plan), without_spans(second.plan));
    same("tasks", &first.tasks, &second.tasks)?;
    same("calendars", &first.calendars, &second.calendars)?;
    same("plan", &first, &second)
}

/// Summaries are written with the span of their tasks, and that follows the dates: lags of a plan from
/// Primavera may be measured in another calendar once they are in this format.
fn without_spans(mut plan: Plan) -> Plan {
    let parents: Vec<usize> = plan.tasks.iter().filter_map(|task| task.parent).map(|id| id.index()).collect();
    for parent in parents {
        plan.tasks[parent].duration = Duration::Working(0);
    }
    plan
}

fn worked(plan: &Plan) -> Result<String, String> {
    match dates(plan) {
        Ok(dates) => {
            again(plan, &dates)?;
            Ok(format!("{} tasks with dates", magnitude(plan.tasks.len())))
        }
        Err(refused) => Ok(refused),
    }
}

const PROJECT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <Project xmlns=\"http://schemas.microsoft.com/project\"><Name>学校</Name><StartDate>2019-08-15T08:00:00</StartDate>\
    <ScheduleFromStart>1</ScheduleFromStart><StatusDate>2019-08-20T17:00:00</StatusDate><CalendarUID>1</CalendarUID>\
    <MinutesPerDay>480</MinutesPerDay><Calendars><Calendar><UID>1</UID><Name>Standard</Name>\
    <IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID><WeekDays><WeekDay><DayType>2</DayType>\
    <DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime>\
    </WorkingTime></WorkingTimes></WeekDay><WeekDay><DayType>1</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays>\
    <Exceptions><Exception><EnteredByOccurrences>1</EnteredByOccurrences><TimePeriod>\
    <FromDate>2019-10-01T00:00:00</FromDate><ToDate>2019-10-07T23:59:00</ToDate></TimePeriod>\
    <Occurrences>7</Occurrences><Type>1</Type><Period>1</Period><DayWorking>0</DayWorking></Exception></Exceptions>\
    </Calendar></Calendars><Tasks>\
    <Task><UID>1</UID><ID>1</ID><Name>Permit</Name><OutlineLevel>1</OutlineLevel><Duration>PT16H0M0S</Duration>\
    <ConstraintType>4</ConstraintType><ConstraintDate>2019-08-19T08:00:00</ConstraintDate></Task>\
    <Task><UID>2</UID><ID>2</ID><Name>Dig</Name><OutlineLevel>1</OutlineLevel><Duration>PT24H0M0S</Duration>\
    <Deadline>2019-09-01T17:00:00</Deadline><PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type>\
    <LinkLag>4800</LinkLag><LagFormat>7</LagFormat></PredecessorLink></Task>\
    <Task><UID>3</UID><ID>3</ID><Name>Build</Name><OutlineLevel>2</OutlineLevel><Duration>PT8H0M0S</Duration>\
    <PercentComplete>50</PercentComplete><ActualStart>2019-08-16T08:00:00</ActualStart>\
    <RemainingDuration>PT4H0M0S</RemainingDuration><Baseline><Number>0</Number><Start>2019-08-16T08:00:00</Start>\
    <Finish>2019-08-16T17:00:00</Finish><Duration>PT8H0M0S</Duration></Baseline></Task></Tasks></Project>";

#[test]
fn microsoft_project() {
    campaign(&Target {
        name: "mspdi",
        seeds: vec![PROJECT.into()],
        tokens: &[
            "<Task>",
            "</Task>",
            "<UID>",
            "<PredecessorUID>2</PredecessorUID>",
            "<OutlineLevel>65535</OutlineLevel>",
            "<DayType>0</DayType>",
            "PT99999999999H0M0S",
            "-PT1H0M0S",
            "P1DT2H",
            "2019-08-15T08:00:00",
            "1984-01-01T00:00:00",
            "2149-12-31T23:59:00",
            "<Manual>1</Manual>",
            "<Summary>1</Summary>",
            "<LagFormat>19</LagFormat>",
            "<ConstraintType>7</ConstraintType>",
            "<Type>2</Type>",
            "<Type>6</Type>",
            "<Months>11</Months>",
            "<DaysOfWeek>127</DaysOfWeek>",
            "<Occurrences>2000000000</Occurrences>",
            "<Period>0</Period>",
            "&lt;",
            "&#0;",
            "<![CDATA[",
            "<!DOCTYPE",
            "<WorkWeeks>",
            "<BaseCalendarUID>1</BaseCalendarUID>",
            "<Active>0</Active>",
            "<ScheduleFromStart>0</ScheduleFromStart><FinishDate>2020-01-01T00:00:00</FinishDate>",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| match mspdi::read(bytes) {
            Ok(document) => worked(&document.plan),
            Err(error) => Ok(shape(&error)),
        },
    });
}

const XER: &str = "ERMHDR\t19.12\t2026-11-25\tProject\n\
    %T\tPROJECT\n%F\tproj_id\tproj_short_name\tclndr_id\tplan_start_date\tlast_recalc_date\tcritical_drtn_hr_cnt\n\
    %R\t1\tSchool\t10\t2019-08-15 08:00\t2019-08-15 08:00\t0\n\
    %T\tCALENDAR\n%F\tclndr_id\tdefault_flag\tclndr_name\tday_hr_cnt\tbase_clndr_id\tclndr_data\n\
    %R\t10\tY\tfive days\t8\t\t(0||CalendarData()((0||DaysOfWeek()((0||1()())(0||2()((0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())))\
    (0||3()((0||0(s|08:00|f|16:00)())))))(0||Exceptions()((0||0(d|43696)()))))))\n\
    %T\tSCHEDOPTIONS\n%F\tschedoptions_id\tproj_id\tsched_calendar_on_relationship_lag\n%R\t1\t1\trcal_Predecessor\n\
    %T\tPROJWBS\n%F\twbs_id\tproj_id\twbs_name\tparent_wbs_id\n%R\t5\t1\tSchool\t4\n%R\t6\t1\tHall\t5\n\
    %T\tTASK\n%F\ttask_id\twbs_id\tclndr_id\ttask_type\ttask_code\ttask_name\ttarget_drtn_hr_cnt\tremain_drtn_hr_cnt\tact_start_date\tact_end_date\tcstr_type\tcstr_date\n\
    %R\t1\t5\t10\tTT_Task\tA\tPermit\t16\t16\t\t\tCS_MSO\t2019-08-16 08:00\n%R\t2\t6\t10\tTT_Task\tB\tDig\t24\t8\t2019-08-15 08:00\t\t\t\n\
    %R\t3\t6\t10\tTT_FinMile\tC\tDone\t0\t0\t\t\t\t\n\
    %T\tTASKPRED\n%F\ttask_pred_id\ttask_id\tpred_task_id\tpred_type\tlag_hr_cnt\n%R\t1\t2\t1\tPR_FS\t8\n%R\t2\t3\t2\tPR_SS\t-4\n%E\n";

#[test]
fn primavera() {
    campaign(&Target {
        name: "xer",
        seeds: vec![XER.into()],
        tokens: &[
            "%T\tTASK\n",
            "%R\t",
            "%F\t",
            "%E\n",
            "\t",
            "(0||",
            "()",
            "))",
            "(s|24:00|f|00:00)",
            "(d|2147483647)",
            "CS_ALAP",
            "CS_MANDFIN",
            "CS_MEO",
            "TT_LOE",
            "PR_SF",
            "PR_FF",
            "rcal_24Hour",
            "2019-08-15 08:00",
            "1984-01-01 00:00",
            "2149-12-31 00:00",
            "1e300",
            "-8",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| match xer::read(bytes) {
            Ok(document) => worked(&document.plan),
            Err(error) => Ok(shape(&error)),
        },
    });
}

#[test]
fn days_and_moments() {
    use timetable::moment::parse_clock;
    use timetable::{Day, Moment};
    campaign(&Target {
        name: "moments",
        seeds: ["2019-10-13", "2019-10-13T08:00:59.5", "2019-10-13 24:00", "08:30"]
            .map(|t| t.into())
            .to_vec(),
        tokens: &["T", " ", ":", "-", "24:00", "60", ".", "+08:00", "Z"],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let (day, moment) = (text.parse::<Day>(), text.parse::<Moment>());
            if let Ok(day) = day {
                same("day", &Ok(day), &day.to_string().parse::<Day>().map_err(|error| error.to_string()))?;
            }
            if let Ok(moment) = moment.as_ref().copied() {
                let written = moment.to_string();
                same(
                    "moment",
                    &Ok(moment),
                    &written.parse().map_err(|error: timetable::NotADate| error.to_string()),
                )?;
            }
            let promise = Moment::parse_promise(&text);
            let parts = (day.is_ok(), moment.is_ok(), promise.is_ok(), parse_clock(&text).is_some());
            Ok(format!("{parts:?}"))
        },
    });
}

const TASKS: &str = "uid,name,parent,duration_days,predecessors,calendar,deadline,earliest,actual_start,actual_finish,day,hours\n\
    0,学校,,,,site,,2019-08-15,,2019-08-20,,\n1,Hall,,,,,,,,,,\n2,Permit,1,3,,authority,,,2019-08-15,,,\n\
    3,Dig,1,2.5,2FS+1d;2SS,site,2019-10-18,2019-09-01T13:00,,,,\n4,Dry,1,3ed,3FF+50%,,,,,,,\n\
    calendar,site,,,,,,,,,1-7,08:00-12:00 13:00-17:00\ncalendar,site,,,,,,,,,2019-11-15/2020-03-15,-\n\
    calendar,authority,,,,,,,,,2,09:00-12:00\ncalendar,authority,,,,,,,,,2019-10-01,-\n";

/// A plan as a sheet that was read, with the names of its calendars in the order of the plan.
fn as_sheet(plan: &Plan, dates: &[TaskDates]) -> Sheet {
    let text = |cell: exchange::cell::Cell| match cell {
        exchange::cell::Cell::Text(text) | exchange::cell::Cell::Number(text) => text,
        exchange::cell::Cell::Bool(yes) => yes.to_string(),
        exchange::cell::Cell::Day(day) => day.to_string(),
        exchange::cell::Cell::Empty => String::new(),
    };
    let head = plan_sheet::headings().into_iter().map(|heading| heading.name).collect();
    let body = plan_sheet::rows(plan, dates).map(|row| row.into_iter().map(text).collect());
    let rows = (1..).zip(std::iter::once(head).chain(body)).map(|(number, cells)| Row { number, cells });
    Sheet { rows: rows.collect(), ..Sheet::default() }
}

#[test]
fn sheets_of_tasks() {
    campaign(&Target {
        name: "plan_sheet",
        seeds: vec![TASKS.into()],
        tokens: &[
            "calendar",
            "日历",
            "1-7",
            "7-1",
            "1984-01-01/1993-12-31",
            "2019-11-15/2020-03-15",
            "00:00-24:00",
            "08:00-08:00",
            "-",
            "3ed",
            "-3",
            "1e300",
            "2FS+1d",
            "9SF-9999999w",
            "2FF+50e%",
            "china",
            "continuous",
            "standard",
            "2019-08-15T08:00",
            "\n0,x,,,,,,",
            ",",
            "\"",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let limits = Limits { rows: 2_000, ..Limits::default() };
            let sheet = match exchange::sheet::read(bytes, None, &[], &limits) {
                Ok(sheet) => sheet,
                Err(error) => return Ok(shape(&error)),
            };
            let plan = match plan_sheet::read(&sheet) {
                Ok(plan) => plan,
                Err(error) => return Ok(shape(&error)),
            };
            let dates = match dates(&plan) {
                Ok(dates) => dates,
                Err(refused) => return Ok(refused),
            };
            // What is written once is written again the same.
            let first = as_sheet(&plan, &dates);
            let back =
                plan_sheet::read(&first).map_err(|error| format!("what was written is refused: {error}"))?;
            let computed = self::dates(&back).map_err(|error| format!("the plan read back: {error}"))?;
            let second = as_sheet(&back, &computed);
            let third = plan_sheet::read(&second)
                .map_err(|error| format!("what was written again is refused: {error}"))?;
            same("tasks", &third.tasks, &back.tasks)?;
            same("links", &third.links, &back.links)?;
            Ok(format!("{} tasks with dates", magnitude(plan.tasks.len())))
        },
    });
}

const YEAR: &str = "{\"year\": 2027, \"papers\": [\"https://www.gov.cn/zhengce/zhengceku/202611/content_1.htm\"], \
    \"days\": [{\"name\": \"春节\", \"date\": \"2027-02-05\", \"isOffDay\": true}, \
    {\"name\": \"春节\", \"date\": \"2027-01-31\", \"isOffDay\": false}]}";
const YEAR_SHEET: &str = "year,published,paper,date,to,kind,name\n2027,2026-11-06,https://www.gov.cn/x,2027-02-05,2027-02-11,休,春节\n2027,,,2027-01-31,,班,春节\n";

#[test]
fn years_of_holidays() {
    campaign(&Target {
        name: "holiday_year",
        seeds: vec![YEAR.into(), YEAR_SHEET.into()],
        tokens: &[
            "\"isOffDay\": true",
            "\"days\": [",
            "\"year\": -1",
            "2027-02-05",
            "2027-02-30",
            "9999-12-31",
            "0001-01-01/9999-12-31",
            "休",
            "班",
            "work",
            "published",
            "\\u0000",
            "[[[[",
            "}",
            ",",
        ],
        wrapping: Wrapping::Plain,
        read: |bytes| match holiday_year::read(bytes) {
            Ok(year) => {
                let Some(published) = year.published.or_else(|| jiff::civil::Date::new(2026, 11, 6).ok())
                else {
                    return Ok(String::from("no day"));
                };
                // A year that is in order is written and read the same.
                if let Some(fault) = year.paper.fault(year.year) {
                    return Ok(shape(&fault));
                }
                let written = holiday_year::json(year.year, published, &year.paper);
                let again = holiday_year::read(written.as_bytes())
                    .map_err(|error| format!("what was written is refused: {error}"))?;
                same("paper", &again.paper, &year.paper)?;
                same("year", &again.year, &year.year)?;
                Ok(format!("{} spans", magnitude(year.paper.days.len())))
            }
            Err(error) => Ok(shape(&error)),
        },
    });
}
