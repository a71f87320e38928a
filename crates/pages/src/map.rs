//! A map as a picture that the server draws: areas below, marks above, everything on it a link. Which stretch it shows
//! stands in the address, so that every state of it can be passed on, read aloud and printed.

use domain::boundary::{Boundary, Extent};
use domain::request::Point;

use crate::words_of::encode;

/// The picture, in units of its own.
pub(crate) const WIDTH: f64 = 960.0;
pub(crate) const HEIGHT: f64 = 600.0;
/// Marks in one square of the picture are one mark.
const SQUARE: f64 = 44.0;
/// How far in it goes: a street corner.
pub(crate) const ZOOM_MOST: u8 = 9;
/// Half of what is seen is passed over by one step aside.
const STEP: f64 = 0.5;

/// `latitude,longitude` in degrees.
pub(crate) fn point(text: &str) -> Option<Point> {
    let (latitude, longitude) = text.split_once(',')?;
    let degrees = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    let (latitude, longitude) = (degrees(latitude)?, degrees(longitude)?);
    let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    on_earth.then(|| Point {
        longitude: (longitude * 1e6).round() as i32,
        latitude: (latitude * 1e6).round() as i32,
    })
}

/// Which stretch of the earth is shown: the whole at 0, half as wide with each step nearer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    /// Longitude and latitude in degrees.
    centre: (f64, f64),
    zoom: u8,
    /// Degrees of latitude that the picture is high.
    high: f64,
}

/// A step on the map, with the key of its name.
pub(crate) const STEPS: [(&str, i8, i8, i8); 6] = [
    ("map-nearer", 1, 0, 0),
    ("map-farther", -1, 0, 0),
    ("map-north", 0, 0, 1),
    ("map-south", 0, 0, -1),
    ("map-west", 0, -1, 0),
    ("map-east", 0, 1, 0),
];

fn degrees(millionths: i32) -> f64 {
    f64::from(millionths) / 1e6
}

impl View {
    /// What an address asks for, within the whole.
    pub fn asked(whole: Extent, at: &str, zoom: &str) -> Self {
        let middle = (
            (degrees(whole.west) + degrees(whole.east)) / 2.0,
            (degrees(whole.south) + degrees(whole.north)) / 2.0,
        );
        // Maps that glide give steps with fractions.
        let zoom = zoom.parse::<f32>().unwrap_or(0.0).round().clamp(0.0, f32::from(ZOOM_MOST)) as u8;
        let given = at.split_once(',').and_then(|(latitude, longitude)| {
            let (latitude, longitude) = (latitude.trim().parse::<f64>(), longitude.trim().parse::<f64>());
            Some((longitude.ok()?, latitude.ok()?))
        });
        let within = |value: f64, from: i32, to: i32| value.clamp(degrees(from), degrees(to));
        let centre = given.filter(|(x, y)| x.is_finite() && y.is_finite()).map_or(middle, |(x, y)| {
            (within(x, whole.west, whole.east), within(y, whole.south, whole.north))
        });
        // The whole with a rim, whichever side is the longer one.
        let high = degrees(whole.north) - degrees(whole.south);
        let narrow = middle.1.to_radians().cos().max(0.01);
        let wide = (degrees(whole.east) - degrees(whole.west)) * narrow * HEIGHT / WIDTH;
        let high = high.max(wide).max(0.004) * 1.08;
        Self { centre, zoom, high: high / f64::from(1u32 << zoom) }
    }

    /// The point in its middle.
    pub fn middle(&self) -> Point {
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        Point { longitude: millionths(self.centre.0), latitude: millionths(self.centre.1) }
    }

    pub fn zoom(&self) -> u8 {
        self.zoom
    }

    /// Where a point of the earth is in the picture.
    pub fn place(&self, point: Point) -> (f64, f64) {
        let scale = HEIGHT / self.high;
        let narrow = self.centre.1.to_radians().cos().max(0.01);
        let east = (degrees(point.longitude) - self.centre.0) * narrow * scale;
        let south = (self.centre.1 - degrees(point.latitude)) * scale;
        (WIDTH / 2.0 + east, HEIGHT / 2.0 + south)
    }

    /// The point of the earth at a place of the picture: what [`place`](Self::place) puts there.
    pub fn at(&self, x: f64, y: f64) -> Point {
        let scale = HEIGHT / self.high;
        let narrow = self.centre.1.to_radians().cos().max(0.01);
        let longitude = self.centre.0 + (x - WIDTH / 2.0) / (narrow * scale);
        let latitude = self.centre.1 - (y - HEIGHT / 2.0) / scale;
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        Point { longitude: millionths(longitude), latitude: millionths(latitude) }
    }

    /// As near, with a point in the middle.
    pub fn around(self, point: Point) -> Self {
        Self { centre: (degrees(point.longitude), degrees(point.latitude)), ..self }
    }

    pub fn shows(&self, point: Point) -> bool {
        let (x, y) = self.place(point);
        (0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y)
    }

    /// The conditions of an address that shows a place so near.
    fn conditions(centre: (f64, f64), zoom: u8) -> String {
        match zoom {
            0 => String::new(),
            zoom => format!("at={}&zoom={zoom}", encode(&format!("{:.5},{:.5}", centre.1, centre.0))),
        }
    }

    /// Where steps nearer, farther or aside lead, as `latitude,longitude` and nearness; no farther than there is anything.
    pub fn moved(&self, (nearer, east, north): (i8, i8, i8)) -> (String, String) {
        let zoom = self.zoom.saturating_add_signed(nearer).min(ZOOM_MOST);
        let (x, y) = self.aside(east, north);
        (format!("{y:.5},{x:.5}"), zoom.to_string())
    }

    /// The middle after steps aside.
    fn aside(&self, east: i8, north: i8) -> (f64, f64) {
        let narrow = self.centre.1.to_radians().cos().max(0.01);
        let wide = self.high * WIDTH / HEIGHT / narrow;
        (self.centre.0 + f64::from(east) * wide * STEP, self.centre.1 + f64::from(north) * self.high * STEP)
    }

    /// One step nearer, farther or aside; nothing where there is none.
    pub fn step(&self, (nearer, east, north): (i8, i8, i8)) -> Option<String> {
        let zoom = self.zoom.checked_add_signed(nearer).filter(|zoom| *zoom <= ZOOM_MOST)?;
        if nearer == 0 && self.zoom == 0 {
            return None;
        }
        Some(Self::conditions(self.aside(east, north), zoom))
    }

    /// Nearer to a point.
    pub fn towards(&self, point: Point) -> String {
        let zoom = (self.zoom + 2).min(ZOOM_MOST);
        Self::conditions((degrees(point.longitude), degrees(point.latitude)), zoom)
    }

    /// A boundary as the path of the picture.
    pub fn path(&self, boundary: &Boundary) -> String {
        self.closed(boundary.rings().map(Vec::as_slice))
    }

    /// Rings as the path of the picture.
    pub fn closed<'a>(&self, rings: impl IntoIterator<Item = &'a [Point]>) -> String {
        rings.into_iter().map(|ring| self.line(ring) + "Z").collect()
    }

    /// A line as a path of the picture.
    pub fn line(&self, points: &[Point]) -> String {
        let mut out = String::new();
        for (at, point) in points.iter().enumerate() {
            let (x, y) = self.place(*point);
            out.push_str(&format!("{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" }));
        }
        out
    }
}

/// How many points a side are tried for the place of a name.
const TRIED: i32 = 16;

impl View {
    /// Where in the picture there is most room around a point inside of a boundary: where its name stands.
    pub fn roomiest(&self, boundary: &Boundary) -> Option<(f64, f64)> {
        let middle = self.place(boundary.middle()?);
        let Some(extent) = boundary.extent() else { return Some(middle) };
        let rings: Vec<Vec<(f64, f64)>> =
            boundary.rings().map(|ring| ring.iter().map(|point| self.place(*point)).collect()).collect();
        let room = |at: (f64, f64)| {
            let sides = rings.iter().flat_map(|ring| ring.windows(2));
            let apart = sides.map(|side| match side {
                [from, to] => distance(at, *from, *to),
                _ => f64::INFINITY,
            });
            apart.fold(f64::INFINITY, f64::min)
        };
        let between = |from: i32, to: i32, step: i32| {
            let share = (f64::from(step) + 0.5) / f64::from(TRIED);
            (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as i32
        };
        let steps = (0..TRIED).flat_map(|east| (0..TRIED).map(move |north| (east, north)));
        let points = steps.map(|(east, north)| Point {
            longitude: between(extent.west, extent.east, east),
            latitude: between(extent.south, extent.north, north),
        });
        let inside = points.filter(|point| boundary.holds(*point)).map(|point| self.place(point));
        let best = inside.map(|at| (room(at), at)).chain([(room(middle), middle)]);
        best.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, at)| at)
    }
}

/// How far a point is from a side.
fn distance((x, y): (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (east, south) = (to.0 - from.0, to.1 - from.1);
    let long = east * east + south * south;
    let along = if long > 0.0 { ((x - from.0) * east + (y - from.1) * south) / long } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (x - from.0 - along * east).hypot(y - from.1 - along * south)
}

/// Things at one place of the picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cluster {
    pub x: f64,
    pub y: f64,
    /// A place on the earth among them.
    pub at: Point,
    /// Which of the things that were given.
    pub members: Vec<usize>,
}

impl Cluster {
    /// How large it is drawn: its area grows with the logarithm of its number.
    pub fn radius(&self) -> f64 {
        match self.members.len() {
            0 | 1 => 7.0,
            many => (9.0 + 4.0 * (many as f64).ln()).min(SQUARE / 2.0 + 6.0),
        }
    }
}

/// Things that would lie upon each other become one; what lies outside of the picture is left out.
pub(crate) fn clusters(view: &View, points: &[Point]) -> Vec<Cluster> {
    let mut squares: std::collections::BTreeMap<(i32, i32), Cluster> = Default::default();
    for (index, point) in points.iter().enumerate().filter(|(_, point)| view.shows(**point)) {
        let (x, y) = view.place(*point);
        let square = ((x / SQUARE) as i32, (y / SQUARE) as i32);
        let cluster = squares.entry(square).or_insert(Cluster { x, y, at: *point, members: Vec::new() });
        cluster.members.push(index);
        // It stands in the middle of those that it stands for.
        let share = 1.0 / cluster.members.len() as f64;
        cluster.x += (x - cluster.x) * share;
        cluster.y += (y - cluster.y) * share;
    }
    let mut out: Vec<Cluster> = Vec::new();
    for next in squares.into_values() {
        merge(&mut out, next);
    }
    out
}

/// Puts a mark among others; it takes in those that it would lie upon, until it lies upon none.
fn merge(all: &mut Vec<Cluster>, mut next: Cluster) {
    while let Some(at) = all.iter().position(|held| {
        let apart = (held.x - next.x).hypot(held.y - next.y);
        apart < held.radius() + next.radius()
    }) {
        let held = all.swap_remove(at);
        let (own, other) = (next.members.len() as f64, held.members.len() as f64);
        let share = other / (own + other);
        next.x += (held.x - next.x) * share;
        next.y += (held.y - next.y) * share;
        next.members.extend(held.members);
    }
    all.push(next);
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Extent =
        Extent { west: 116_280_000, south: 40_030_000, east: 116_440_000, north: 40_110_000 };

    fn at(longitude: i32, latitude: i32) -> Point {
        Point { longitude, latitude }
    }

    #[test]
    fn the_whole_is_seen_from_afar_and_no_address_leads_out_of_it() {
        let far = View::asked(WHOLE, "", "");
        for corner in [at(WHOLE.west, WHOLE.south), at(WHOLE.east, WHOLE.north)] {
            assert!(far.shows(corner));
        }
        assert_eq!(far.step((1, 0, 0)).unwrap(), "at=40.07000%2C116.36000&zoom=1");
        assert_eq!(far.step((-1, 0, 0)), None);
        let near = View::asked(WHOLE, "40.07,116.36", "3");
        assert!(near.shows(at(116_360_000, 40_070_000)) && !near.shows(at(WHOLE.west, WHOLE.south)));
        assert_eq!(near.step((-1, 0, 0)).unwrap(), "at=40.07000%2C116.36000&zoom=2");
        assert_ne!(near.step((0, 1, 0)), near.step((0, -1, 0)));
        for nonsense in ["NaN,NaN", "1e99,-1e99", "x", ",,"] {
            let held = View::asked(WHOLE, nonsense, "200");
            let (x, y) = held.place(at(116_360_000, 40_070_000));
            assert!(x.is_finite() && y.is_finite() && held.zoom() == ZOOM_MOST);
        }
        assert_eq!(View::asked(WHOLE, "40.07,116.36", "3.4"), near);
        assert_eq!(View::asked(WHOLE, "", "NaN").zoom(), 0);
    }

    #[test]
    fn each_thing_is_in_one_mark() {
        let points: Vec<Point> =
            (0..500).map(|at_| at(116_300_000 + at_ * 211, 40_050_000 + at_ * 83)).collect();
        for zoom in ["0", "2", "5"] {
            let view = View::asked(WHOLE, "40.06,116.33", zoom);
            let found = clusters(&view, &points);
            let mut members: Vec<usize> = found.iter().flat_map(|it| it.members.clone()).collect();
            members.sort_unstable();
            let seen: Vec<usize> = (0..500).filter(|at| view.shows(points[*at])).collect();
            assert_eq!(members, seen);
            assert!(found.iter().all(|it| it.radius() < SQUARE));
            for (at, one) in found.iter().enumerate() {
                let apart = |other: &Cluster| (one.x - other.x).hypot(one.y - other.y);
                assert!(found[at + 1..].iter().all(|it| apart(it) >= one.radius() + it.radius()));
            }
        }
    }

    #[test]
    fn a_name_stands_where_there_is_most_room() {
        // A narrow strip to the west of a square: the middle of its height lies in both.
        let text = "POLYGON ((116.30 40.06, 116.34 40.06, 116.34 40.05, 116.38 40.05, 116.38 40.09, \
                    116.34 40.09, 116.34 40.065, 116.30 40.065, 116.30 40.06))";
        let boundary = Boundary::parse(text).unwrap();
        let view = View::asked(WHOLE, "", "");
        let (x, y) = view.roomiest(&boundary).unwrap();
        let (square_x, square_y) = view.place(at(116_360_000, 40_070_000));
        assert!((x - square_x).hypot(y - square_y) < 15.0, "{x} {y} {square_x} {square_y}");
        assert!((distance((0.0, 3.0), (-1.0, 0.0), (5.0, 0.0)) - 3.0).abs() < 1e-12);
        assert!((distance((9.0, 3.0), (-1.0, 0.0), (5.0, 0.0)) - 5.0).abs() < 1e-12);
        assert!((distance((3.0, 4.0), (0.0, 0.0), (0.0, 0.0)) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn points_are_read_with_the_latitude_first() {
        assert_eq!(point("40.07, 116.36"), Some(Point { longitude: 116_360_000, latitude: 40_070_000 }));
        for nonsense in ["", "40", "116.36,40.07", "NaN,1", "1,inf", "a,b"] {
            assert_eq!(point(nonsense), None, "{nonsense}");
        }
    }
}
