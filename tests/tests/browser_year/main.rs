//! A year of the task force's work through the real pages: every step by the person whose it is, while the clock
//! moves on and the calendar asks for what it asks for.

mod calls;
mod endings;
mod meeting;
mod periods;
mod tasks;
mod year;

use end_to_end::skipped;
use jiff::civil::date;

use year::Year;

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_the_task_force() -> anyhow::Result<()> {
    let Some(year) = Year::begin(date(2019, 8, 15)).await? else {
        skipped("chromedriver");
        return Ok(());
    };
    let before = endings::figures(&year).await?;
    let matter = tasks::instructed(&year).await?;
    tasks::objected(&year, &matter).await?;
    periods::first_week_is_reported(&year, &matter).await?;
    let asked = periods::return_comes_late(&year, &matter).await?;
    periods::second_week_is_reported(&year, &matter).await?;
    tasks::extended_and_reported(&year, &matter).await?;
    let decision = meeting::dispatched(&year, &asked).await?;
    let found = tasks::inspected(&year, &matter).await?;
    tasks::cleared(&year, &matter).await?;
    calls::whistled(&year).await?;
    tasks::corrected(&year, &matter).await?;
    endings::stated(&year, &matter, &found, &decision, &before).await?;
    year.end().await
}
