subject-plan = Action plan
subject-project = Project
subject-indicator = Indicator
subject-area = Area
subject-unit = Unit
subject-person = Person

reference-plan = action plan
reference-project = project
reference-area = area
reference-unit = unit
reference-sector = sector
reference-campaign = campaign
reference-template = milestone template
reference-output-kind = kind of output
reference-part = part
reference-step = milestone
reference-indicator = indicator
reference-figure = figure
reference-yearly-list = yearly list
reference-observation = observation
reference-name = name
reference-period = period
reference-lead-unit = lead unit
reference-level = level

action-read-public = see public information
action-read-staff = see working pages
action-read-audit = see the audit
action-manage-projects = manage projects
action-describe-project = edit a project’s particulars
action-report-progress = report progress
action-move-promise = move a public promise
action-manage-plan = manage the action plan
action-manage-indicators = manage indicators
action-record-observation = record observations
action-accept-observation = accept observations
action-correct-entry = correct entries
action-import = import
action-export = export
action-issue-statement = issue the statement
action-manage-directory = manage units and areas
action-manage-people = manage people

step-groundbreaking = Ground-breaking
step-start = Start on site
step-completion = Completion
step-acceptance = Acceptance
step-handover = Handover
step-trial = Trial operation
step-in-use = In use
step-opening = Formal opening

aspect-promised = Promised
aspect-planned = Planned
aspect-forecast = Forecast
aspect-actual = Actual

phase-to-start = Not started
phase-under-way = Under way
phase-partly-in-use = Partly in use
phase-completed = Completed
phase-in-use = In use
phase-suspended = Suspended
phase-left = Left the plan

grade-published = Published
grade-reported = Reported
grade-illustrative = Illustrative

membership-member = In the plan
membership-removed = Removed
membership-merged = Merged
membership-split = Split
membership-moved = Moved to the next round

entry-carried-over = Carried over
entry-new = New

aim-complete = Complete
aim-continue = Continue
aim-prepare = Prepare

stage-planned = Planned
stage-approved = Approved
stage-built = Built

basis-net = Net
basis-gross = Gross

direction-up = Higher is better
direction-down = Lower is better
direction-neither = Neither

cause-approval = Approval
cause-environmental-assessment = Environmental assessment
cause-land-clearance = Land clearance
cause-utilities = Moving utilities
cause-design-change = Design change
cause-funds = Funds
cause-contractor = Contractor
cause-weather-or-epidemic = Weather or epidemic
cause-other = Other
cause-not-stated = Not stated

level-city = City
level-district = District
level-subdistrict = Subdistrict
level-community = Community
level-other = Other

role-administrator = Administrator
role-municipal-task-force = Municipal task force
role-district-task-force = District task force
role-department = Department
role-subdistrict = Subdistrict
role-community = Community
role-supervision-office = Supervision office
role-leader = Leader
role-auditor = Auditor
