product-name = Huitian
skip-link = Skip to content
plan-choose = Action plan
plan-switch = Switch
theme-light = Light
theme-dark = Dark
sign-in = Sign in
sign-out = Sign out
nav-label = Main
nav-overview = Overview
nav-projects = Projects
nav-figures = Figures
nav-outputs = Outputs
nav-indicators = Indicators
nav-units = Units
nav-areas = Areas
nav-revisions = Plan revisions
nav-audit = Audit
nav-admin = Administration
footer-line = Every figure can be opened down to its records. Records marked “illustrative” fill the demonstration and are not facts.
footer-api = API
as-of-label = As of
as-of-show = Show
as-of-today = Back to today
known-at-summary = As known then
known-at-label = Only what was on record by the end of
sign-in-title = Sign in
sign-in-name = Account
sign-in-password = Password
sign-in-who = Who
sign-in-wrong = The account or password is wrong. Check both and try again; five wrong attempts lock the account for a while.
sign-in-locked =
    { $minutes ->
        [one] Too many wrong attempts: the account is locked. Try again in 1 minute, or ask the administrator.
       *[other] Too many wrong attempts: the account is locked. Try again in { $minutes } minutes, or ask the administrator.
    }
sign-in-lead = Public pages need no account; sign in to report, correct and see working pages.
sign-in-name-missing = Enter your account.
sign-in-password-missing = Enter your password.
sign-in-slow =
    { $seconds ->
        [one] Too many wrong sign-ins came from your network. Try again in 1 second.
       *[other] Too many wrong sign-ins came from your network. Try again in { $seconds } seconds.
    }
sign-in-demo = Demonstration accounts
sign-in-demo-hint = All demonstration accounts have the password
form-errors = There is a problem
error-home = Go to the start page
error-not-found = Page not found
error-not-found-do = Check that the address is complete, or look from the start page. When you look at a past day, what was not on the books then is not found either.
error-not-yet = Not yet on the books that day
error-not-yet-do = You are looking at a past day, and this was registered later. Choose a later day, or go back to today.
error-method = This address does not take such a request
error-method-do = Come here by a link or a button of a page rather than by typing the address.
error-too-large = Too much was sent
error-too-large-do = At most 1 MB at a time. Shorten the text or send it in parts; nothing was saved.
error-forbidden = You may not see this page
error-forbidden-do = If your work needs it, ask the municipal task force or the administrator.
error-stale-form = The form is out of date
error-stale-form-do = You may have been signed out, or the page was open for too long. Go back, reload, and send it again; your browser keeps what you typed.
error-bad-request = The request is not right
error-bad-request-do = Go back, check what you entered and try again.
error-bad-date = That is no date
error-bad-date-do = Write a date like 2019-08-14, between the years 1949 and 2199.
error-refused = Not saved
error-refused-do = Go back and correct what is listed above.
error-unavailable = The system is busy
error-unavailable-do = The database is out of reach for a moment and nothing was saved. Try again in ten seconds.
error-uncertain = It is not certain whether this was saved
error-uncertain-do = The connection broke while saving. Look at the record before you do it again.
error-disk-full = The disk is full
error-disk-full-do = Nothing was saved and nothing is damaged. Ask the administrator to free some space.
error-too-many = Too many requests
error-too-many-do = Wait a few seconds and try again.
error-internal = Something went wrong
error-internal-do = This is our fault and has been logged. Try again later; if it happens again, give the administrator the address of this page.
overview-as-of = As of { $date }
count-total = Projects
count-started = Started
count-completed = Completed
count-in-use = In use
count-to-start = Still to start by the end of { $year }
count-later = Starting later
count-rule = “Started” includes completed projects; “in use” is counted apart.
count-illustrative =
    { $count ->
        [one] 1 of the projects is illustrative.
       *[other] { $count } of the projects are illustrative.
    }
faults-title = The records need checking
sectors-title = Progress by sector
head-sector = Sector
head-project = Project
head-step = Milestone
head-first-promise = First promised
head-now = Now
head-slip = Slip
head-phase = Status
head-lead-unit = Lead unit
head-area = Area
head-start = Start on site
head-completion = Completion
head-grade = Kind of record
head-unit = Unit
head-record = Record
head-quantity = Quantity
head-output = Output
head-date = Date
head-percent = Complete
head-recorded = Recorded
head-effective = Effective
head-what = What
head-source = Source
slips-title = Later than first promised ({ $count })
slips-hint = The first published promise against what happened or is now expected; largest slip first.
slips-none = No project is later than promised.
slips-all = See all
slip-late =
    { $days ->
        [one] 1 day late
       *[other] { $days } days late
    }
slip-early =
    { $days ->
        [one] 1 day early
       *[other] { $days } days early
    }
slip-none = on time
slip-open = not done yet
changed-title = Changed since { $date }
changed-none = No dates, progress or membership changed this week.
finished-title = Completions in { $year }
begun-title = Starts in { $year }
project-add = Add a project
project-edit = Edit
project-aliases = Also called
project-percent = { $percent }% complete ({ $date })
project-suspended = The project is suspended.
illustrative-note = This project fills the demonstration; it is not a real one.
filter-search = Name, alias or code
filter-any = All
filter-any-phase = All in the plan
filter-due = Due in year
filter-apply = Filter
filter-clear = Clear
filter-remove = Remove this condition
filter-late = Later than promised
standing-started = Started, completed ones included
standing-completed = Completed
standing-in-use = In use
standing-under-way = Under way
standing-to-start = Still to start this year
standing-later = Starting later
standing-due = Due this year
projects-none = No project fits. Try fewer conditions.
projects-count =
    { $count ->
        [one] 1 project
       *[other] { $count } projects
    }
projects-range = { $from } to { $to }
pager-label = Pages
pager-previous = Previous
pager-next = Next
date-was-due = was due { $date }
date-expected = expected { $date }
overview-days = Editions of the plan
balance-title = All projects and how they stand
count-total-short = All
count-undated = No start date
count-projects =
    { $count ->
        [one] 1 project
       *[other] { $count } projects
    }
faults-open = See the records at fault on the figures page
show-more = { $count } more
begun-done = started
begun-open = still to start by year end
finished-done = completed
finished-open = still due this year
filter-more = More conditions and order
filter-set = Conditions set
filter-open = Not yet completed
filter-standing = Counted as
filter-due-in = Due in { $year }
sort-label = Order
sort-code = By code
sort-name = By name
sort-start = By start on site
sort-completion = By completion
sort-slip = Largest slip first
pager-page = Page { $number }
figures-lead = Every figure as of { $date }, beside what was published. Open one to see its records.
figures-none = This plan has no figures yet.
figure-differs = differs
figure-rule = Rule:
figures-known = Only what was on record by the end of { $date } is used.
print = Print
figures-agree = agree with what was published
figures-differ = differ from what was published
figures-alone = have no published value
figures-open = are not yet recorded
figure-compared = Compared
figure-agrees = agrees
figure-alone = none published
figure-illustrative = Illustrative records among them
figure-not-kept = The register this figure counts is not kept yet, so there are no records and no value is filled in.
figure-total = Total
figure-rows = The records behind it
figure-no-rows = No records.
group-plan = The plan as a whole
group-coordination = Coordination
group-supervision = Supervision
group-monitoring = Monitoring
group-services = Services
group-whistle = Whistles and report-ins
group-good-deeds = Good deeds
group-evaluation = Residents’ evaluation
track-title = Promised, expected and actual
track-chart = Promised, expected and actual dates of each milestone; the table below says the same
track-none = No dates yet.
promises-count =
    { $count ->
        [one] 1 promise made
       *[other] { $count } promises made
    }
promise-on = published { $on }
promise-passed = promise passed
steps-undated =
    { $count ->
        [one] 1 more milestone without dates
       *[other] { $count } more milestones without dates
    }
key-slip = later than first promised
key-day = the day looked at
slip-cause = Cause: { $cause }
moved-title = Every public promise and how it moved
head-published-on = Published on
head-promise = Promise
head-moved = Against the one before
head-moved-total = Against the first
moved-later =
    { $days ->
        [one] 1 day later
       *[other] { $days } days later
    }
moved-earlier =
    { $days ->
        [one] 1 day earlier
       *[other] { $days } days earlier
    }
moved-not = not moved
parts-title = Parts
history-effective = effective { $date }
history-later =
    { $count ->
        [one] 1 more entry holds only from after the day looked at and is not listed.
       *[other] { $count } more entries hold only from after the day looked at and are not listed.
    }
history-latest = Only the latest { $count } entries are listed here.
outputs-title = Outputs
output-group = Published jointly, not divided: { $group }
progress-title = Percent complete
whole-project = The whole project
remarks-title = Working remarks
about-title = Particulars
lead-unknown = Not published
sources-title = Published sources and documents
history-title = History
history-hint = Every entry stays; a correction does not erase what it corrects.
history-registered = Registered
history-corrects = Corrects entry { $entry }
history-corrected = Corrected by entry { $entry }
history-reason = Reason: { $reason }
history-more = Earlier entries
limit-days =
    { $days ->
        [one] limit 1 day
       *[other] limit { $days } days
    }
limit-working-days =
    { $days ->
        [one] limit 1 working day
       *[other] limit { $days } working days
    }
revision-n = revision { $number }
fact-pair = { $label }: { $value }
said-milestone-date-none = withdrawn
said-gate-number = no. { $value }
said-gate-applied = applied for on { $value }
said-gate-decided = decided on { $value }
said-gate-granted-yes = granted
said-gate-granted-no = refused
said-suspended-suspended-yes = Suspended
said-suspended-suspended-no = Resumed
said-supporting-unit-active-no = no longer
said-active-active-yes = in force
said-active-active-no = no longer in force
said-observation-approximate-yes = approximate
said-role-held-no = ended
said-period-from = from { $value }
said-period-to = to { $value }
said-revision-declared = { $value } projects declared
said-area-parent-parent-area-none = none
said-unit-parent-parent-unit-none = none
fact-kind = Kind
fact-campaign = Campaign
fact-supporting = Supporting unit
fact-budget = Budget (yuan)
fact-funding = Funding (yuan)
fact-membership = Membership
fact-part = Part
fact-applied = applied
fact-decided = decided
fact-granted = granted
fact-refused = refused
unit-role-builder = client
unit-role-contractor = contractor
unit-role-manager = manager
unit-role-owner = owner
unit-role-funder = funder
unit-role-operator = operator
unit-role-informant = source of information
show-count = Show { $count } projects
nav-tables = Open data
downloads-label = Download
tables-lead = Every table as of { $date }.
tables-table = Table
tables-files = Files
tables-oc4ids = Open contracting for infrastructure (OC4IDS 0.9.5)
tables-grade = Every row says whether it is published, reported or illustrative.
