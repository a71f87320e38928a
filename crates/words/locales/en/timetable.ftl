nav-timetable = Timetable
timetable-title = Timetable
timetable-lead = Every project worked back from its promise: the last day for the next step, the finish as computed from what is on record, and how likely the promise is to hold.
timetable-views = Views of the timetable
timetable-tab-table = Table
timetable-tab-bars = Bars
timetable-tab-board = Months
timetable-search = Search name, alias, code
timetable-which = Projects
timetable-only-open = Still open
timetable-only-late = Promise out of reach
timetable-only-promised = With an open promise
timetable-only-done = Done
timetable-count = { $count ->
    [one] { $count } project
   *[other] { $count } projects
  }
timetable-none = No project is like that.
timetable-head-next = Next step
timetable-head-promised = Promised
timetable-head-computed = Computed
timetable-head-p80 = Four in five draws by
timetable-head-float = Working days to spare
spare-short = { $days } short
spare-days = { $days }
timetable-head-odds = Odds of the promise
timetable-by = by { $date } at the latest
timetable-provisional = provisional
timetable-unknown = { $count ->
    [one] { $count } step of unknown length
   *[other] { $count } steps of unknown length
  }
timetable-unknown-note = { $count ->
    [one] Nobody has said how long { $count } of the steps takes. It counts as taking no time, so the real finish lies later, and no odds are given.
   *[other] Nobody has said how long { $count } of the steps take. They count as taking no time, so the real finish lies later, and no odds are given.
  }
timetable-left-out = { $count ->
    [one] { $count } wait left out
   *[other] { $count } waits left out
  }
timetable-left-out-note = “{ $step }” is to wait for “{ $before }”, which itself waits for it, directly or by way of others. The timetable leaves this wait out. Change what one of them waits for.
timetable-mspdi = MSPDI (Microsoft Project)
timetable-files = As a file:
timetable-import = Bring a timetable (XLSX, CSV, MSPDI, XER)
timetable-calendar = National working days as of the notice of { $date }; dates in years that it does not settle are marked provisional.
float-short = { $days ->
    [one] { $days } working day short
   *[other] { $days } working days short
  }
float-none = nothing to spare
float-spare = { $days ->
    [one] { $days } working day
   *[other] { $days } working days
  }
odds-promises = open promises
odds-expected = expected to hold
odds-range = eight in ten draws: { $low } to { $high }
odds-all = odds that all hold
odds-broken = passed and not kept
odds-causes = What costs most
odds-causes-hint = So many more promises would hold on average if an authority’s decisions took their usual time.
odds-how = From { $draws } draws with seed { $seed }.
odds-error = ± { $points } points
timetable-bars-title = Timetable as bars
timetable-said-finish = computed for { $date }
timetable-said-promise = promised for { $date }
bars-done = done
bars-ahead = to come
bars-float = to spare
timetable-board-title = Months of the year
timetable-board-of = The year { $year } by months
year-map-years = Other years
year-map-done = done
year-map-promised = promised
year-map-missed = promised, not done
year-map-computed = computed
year-map-none = Nothing happens in this year.
year-map-starts = Starts
year-map-completions = Completions
month-short-1 = Jan
month-short-2 = Feb
month-short-3 = Mar
month-short-4 = Apr
month-short-5 = May
month-short-6 = Jun
month-short-7 = Jul
month-short-8 = Aug
month-short-9 = Sep
month-short-10 = Oct
month-short-11 = Nov
month-short-12 = Dec
timetable-of = Timetable: { $name }
timetable-promise-of = Promised: { $step }
timetable-no-promise = no promise
timetable-percentiles = One in two, four in five, 19 in 20 draws by
timetable-all-done = What the project is for has been reached.
timetable-steps = Steps
timetable-steps-over-time = Steps over time
timetable-days = Working days
timetable-days-unknown = not known
timetable-days-own = own
timetable-days-how = Working days at best, usually and at worst; without a remark they are what such steps usually take in this plan.
timetable-start = Start
timetable-finish = Finish
timetable-latest = Latest
timetable-latest-start = start by { $date }
timetable-latest-finish = finish by { $date }
timetable-implied = by { $date }, as a later step shows
timetable-waits = waits for: { $what }
timetable-edit = Change
timetable-edit-of = Change the duration of { $step }
timetable-add-link = Link a step to another
step-progress-done = done
step-progress-implied = done
step-progress-running = under way
step-progress-open = to come
timetable-why = Why “{ $step }” does not come earlier
timetable-why-hint = Each of these waits for the one before it.
delay-title = What a delay would hit
delay-days = Working days later
delay-show = Show
delay-nothing = Nothing else moves: the step has that much to spare.
delay-by = Moves by
delay-before = Finish now
delay-after = Finish then
delay-breaks = breaks the promise
error-timetable = The steps on record make no timetable. Look at the links and durations that are named.
timetable-of-project = Worked back from the promise: its timetable and odds
bars-critical-or-over = nothing to spare, or beyond the promise
bars-base = as it was then
bars-based = Below each bar: the timetable of { $date }.
bars-base-missing = There is no timetable of that day to compare with: the plan was not on the books yet.
bars-tie-drives = waits for; dark where it decides the date
bars-level = Rows
bars-level-projects = Projects
bars-level-steps = Projects and steps
bars-compare = Compare with
bars-base-none = Nothing
bars-base-ago = { $months } months earlier ({ $date })
bars-zoom = Width
bars-zoom-fit = All at once
bars-zoom-months = Months
bars-zoom-weeks = Weeks
bars-keys = Arrow keys, Page Up and Page Down, Home and End move between rows; Enter opens one.
bars-print = Print over several pages:
bars-said-done = done by { $date }
bars-said-spare = { $days ->
    [one] { $days } working day to spare
   *[other] { $days } working days to spare
  }
bars-said-odds = holds in { $share } of draws
bars-said-unknown = length not known
bars-said-base = then { $from } to { $to }
flag-kept = promise kept
flag-holds = promise holds as computed
flag-short = computed to be late
flag-missed = promise missed
timetable-tab-roadmap = Roadmap
roadmap-title = Roadmap
roadmap-lead = What is reached quarter by quarter: done, promised or computed.
roadmap-quarter = { $year }, quarter { $quarter }
roadmap-others = Other quarters
roadmap-earlier = Earlier
roadmap-later = Later
roadmap-starts = { $count ->
    [one] { $count } start
   *[other] { $count } starts
  }
roadmap-completions = { $count ->
    [one] { $count } completion
   *[other] { $count } completions
  }
roadmap-in-use = { $count } into use
moved-now = What this change moved
moved-more = And { $count } more.
usual-title = Usual durations and working calendars
usual-lead = The timetable reckons with these wherever a project has no word of its own. A change is seen in every date at once.
usual-calendars = Working calendars
usual-calendars-none = Everything is reckoned in the national working days.
usual-calendar-add = Add a working calendar
usual-change-of = Change { $what }
usual-national = national working days
usual-previous = the step before it
usual-at-once = nothing: may begin at once
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
timetable-error-no-working-time = Calendar “{ $name }” has no working time in its week. Give at least one week day working hours.
timetable-error-base-cycle = Calendar “{ $name }” is based on itself, through { $through }. Remove one of these bases.
timetable-error-no-base = Calendar “{ $name }” is based on a calendar that does not exist. Add it, or remove the reference.
timetable-error-exception = Calendar “{ $name }” has an exception on { $date }, which is out of range. Correct the day.
timetable-error-cycle = The links go round in a circle: { $tasks }. Remove one of them.
timetable-error-dangling-link = A link from { $predecessor } to { $successor } names a step that does not exist. Remove it, or add the step.
timetable-error-self-link = { $task } is linked with itself. Remove the link.
timetable-error-within-summary = A link joins { $summary } with { $task }, which lies below it. Link steps that do not contain each other.
timetable-error-duplicate = { $first } and { $second } have the same number { $uid }. Give one of them another.
timetable-error-parent = { $task } lies below itself, or below a task that does not exist. Correct the outline.
timetable-error-duration = { $task } has a duration below nothing, or too long a one. Correct it.
timetable-error-lag = The link from { $predecessor } to { $successor } has too long a lag. Shorten it.
timetable-error-date = { $task }: the date { $date } is out of range. Correct it.
timetable-error-reversed = { $task }: { $later } is given as later than { $earlier }, but comes before it. Correct one of them.
timetable-error-promise = { $task }: the promise { $promise } comes before the status date { $status }, and it is not finished. Give another promise, or record the finish.
timetable-error-no-calendar = { $task } uses the calendar number { $calendar }, which does not exist. Add it, or choose another.
timetable-error-too-large = There are { $count } tasks or links; at most { $limit } can be scheduled. Split the plan.
timetable-error-beyond = { $task } runs beyond the days that can be scheduled. Shorten the durations or lags before it.
timetable-error-no-task = There is no task number { $uid }. Check the number.
timetable-error-no-link = There is no link number { $link }. Check the number.
timetable-error-summary = { $task } is a summary: its duration and progress follow from the tasks below it. Change those.
timetable-error-other = It cannot be reckoned with these numbers: { $why }
plan-sheet-no-column = The sheet of tasks has no column { $column }; its first row names uid, name, duration_days.
plan-sheet-mistakes = { $count } cells of the sheet of tasks cannot be read (row · column “text”): { $places }.
plan-sheet-no-start = Nothing says when the plan begins: give earliest in the row with uid 0, or in some task’s row.
plan-sheet-too-many = The sheet has more than { $max } tasks: divide it.
timetable-parts = Parts
timetable-part-left-out = { $part }: { $step } is promised for { $date }. Without other milestones of its own it is not in the computation.
