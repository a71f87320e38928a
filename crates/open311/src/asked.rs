//! What a call asks: its parameters, read as programs really send them.

use app::request::{Datum, Stated};
use domain::code::Code;
use domain::request::Point;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use words::Lang;

use crate::fault::Fault;

/// Parameters by name; an empty one is one that was not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked(pub Vec<(String, String)>);

impl Asked {
    pub fn of_query(query: &str) -> Self {
        Self::of(query.as_bytes())
    }

    /// A form as `application/x-www-form-urlencoded` has it.
    pub fn of(form: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(form).into_owned().collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let given = self.0.iter().find(|(held, value)| held == name && !value.trim().is_empty());
        given.map(|(_, value)| value.trim())
    }

    /// A list with commas, or the parameter several times.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(held, _)| held == name)
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    pub fn whole(&self, name: &str, most: usize) -> Result<Option<usize>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.parse::<usize>() {
            Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
            _ => Err(Fault::bad(format!("{name} must be a whole number from 1 to {most}"))),
        }
    }

    fn degrees(&self, name: &str, most: f64) -> Result<Option<i32>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite() && value.abs() <= most);
        match value {
            Some(value) => Ok(Some((value * 1e6).round() as i32)),
            None => Err(Fault::bad(format!(
                "{name} must be degrees (WGS 84) from -{most} to {most}; are lat and long swapped?"
            ))),
        }
    }

    /// `lat` and `long`: both or none.
    pub fn point(&self) -> Result<Option<Point>, Fault> {
        match (self.degrees("lat", 90.0)?, self.degrees("long", 180.0)?) {
            (Some(latitude), Some(longitude)) => Ok(Some(Point { longitude, latitude })),
            (None, None) => Ok(None),
            (None, _) => Err(Fault::bad("lat required where long is given")),
            (_, None) => Err(Fault::bad("long required where lat is given")),
        }
    }

    /// `lat` and `long` of what is brought: they may turn out to be swapped, which the plan's map settles.
    pub fn stated(&self) -> Result<Option<Stated>, Fault> {
        let degrees = |millionths: i32| f64::from(millionths) / 1e6;
        match (self.degrees("lat", 180.0), self.degrees("long", 180.0)) {
            (Ok(Some(latitude)), Ok(Some(longitude))) => {
                Ok(Stated::new(degrees(longitude), degrees(latitude), Datum::Wgs84))
            }
            _ => self.point().map(|_| None),
        }
    }

    /// `bbox`: west, south, east, north.
    pub fn corners(&self) -> Result<Option<(Point, Point)>, Fault> {
        let Some(text) = self.get("bbox") else { return Ok(None) };
        let wrong = || Fault::bad("bbox must be west,south,east,north in degrees (WGS 84)");
        let numbers: Vec<f64> =
            text.split(',').map(|it| it.trim().parse()).collect::<Result<_, _>>().map_err(|_| wrong())?;
        let [west, south, east, north] = numbers[..] else { return Err(wrong()) };
        let point = |longitude: f64, latitude: f64| {
            let good = longitude.is_finite() && latitude.is_finite();
            let point = Point {
                longitude: (longitude * 1e6).round() as i32,
                latitude: (latitude * 1e6).round() as i32,
            };
            Some(point).filter(|point| good && point.is_on_earth())
        };
        match (point(west, south), point(east, north)) {
            (Some(a), Some(b)) if a.longitude <= b.longitude && a.latitude <= b.latitude => Ok(Some((a, b))),
            _ => Err(wrong()),
        }
    }

    pub fn moment(&self, name: &str, zone: &TimeZone) -> Result<Option<DateTime>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        moment(text, zone).map(Some).ok_or_else(|| {
            Fault::bad(format!(
                "{name} must be a moment such as 2019-08-14T09:30:00Z or 2019-08-14T09:30:00+08:00"
            ))
        })
    }

    pub fn yes(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| matches!(value, "true" | "1" | "yes"))
    }

    pub fn lang(&self, accepted: Option<&str>) -> Lang {
        match self.get("locale").and_then(Lang::parse) {
            Some(lang) => lang,
            None => accepted.map_or(Lang::Zh, Lang::negotiate),
        }
    }
}

/// A moment with or without fractions, a zone or a time, on the office's clock.
pub fn moment(text: &str, zone: &TimeZone) -> Option<DateTime> {
    // A plus sign that was not escaped arrives as a blank.
    let mended = match text.rsplit_once(' ') {
        Some((front, back)) if front.contains('T') && back.len() == 5 && back.contains(':') => {
            format!("{front}+{back}")
        }
        _ => text.to_owned(),
    };
    let second = |at: DateTime| at.with().subsec_nanosecond(0).build().ok();
    if let Ok(at) = mended.parse::<Timestamp>() {
        return second(zone.to_datetime(at));
    }
    second(mended.parse::<DateTime>().ok()?)
}

/// The codes among some words.
pub fn codes(words: &[&str]) -> Vec<Code> {
    words.iter().filter_map(|word| Code::new(word).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_in_many_shapes() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let half_past = jiff::civil::date(2019, 8, 14).at(9, 30, 0, 0);
        for text in [
            "2019-08-14T01:30:00Z",
            "2019-08-14T09:30:00+08:00",
            "2019-08-14T09:30:00 08:00",
            "2019-08-14T01:30:00.123Z",
            "2019-08-14T09:30:00",
            "2019-08-14 09:30:00",
        ] {
            assert_eq!(moment(text, &zone), Some(half_past), "{text}");
        }
        assert_eq!(moment("2019-08-14", &zone), Some(half_past.date().at(0, 0, 0, 0)));
        for text in ["", "yesterday", "08-14-2019", "2019-13-01T00:00:00Z"] {
            assert_eq!(moment(text, &zone), None, "{text}");
        }
    }

    #[test]
    fn places_are_whole_and_on_earth() {
        let asked = |query: &str| Asked::of_query(query);
        let point = asked("lat=40.07&long=116.36").point().unwrap().unwrap();
        assert_eq!((point.latitude, point.longitude), (40_070_000, 116_360_000));
        assert_eq!(asked("lat=&long=").point(), Ok(None));
        for wrong in
            ["lat=40.07", "lat=116.36&long=40.07", "lat=x&long=1", "lat=NaN&long=1", "lat=inf&long=1"]
        {
            assert!(asked(wrong).point().is_err(), "{wrong}");
        }
        assert!(asked("bbox=116.3,40.0,116.4,40.1").corners().unwrap().is_some());
        for wrong in ["bbox=1,2,3", "bbox=116.4,40,116.3,41", "bbox=a,b,c,d", "bbox=0,0,nan,1"] {
            assert!(asked(wrong).corners().is_err(), "{wrong}");
        }
    }

    #[test]
    fn empty_is_not_sent() {
        let asked = Asked::of_query("status=&service_code=a,%20b&service_code=c&q=%E8%B7%AF+%E7%81%AF");
        assert_eq!(asked.get("status"), None);
        assert_eq!(asked.list("service_code"), ["a", "b", "c"]);
        assert_eq!(asked.get("q"), Some("路 灯"));
    }
}
