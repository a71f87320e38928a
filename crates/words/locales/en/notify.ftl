notify-topic-item = Item
notify-topic-deadline = Deadline
notify-topic-report = Report
notify-topic-meeting = Meeting
notify-topic-directive = Directive
notify-topic-request = Request
notify-topic-plan = Action plan
notify-topic-system = System
notify-mail-happened = { $topic }, { $time }
notify-mail-urgent = [Instant dispatch] { $title }
notify-mail-foot = Huitian sent this by your notification settings; please do not reply. You can change them on the site.
notify-digest-subject = Huitian: { $count ->
    [one] one new notification
   *[other] { $count } new notifications
}
notify-digest-more = There are more notifications on the site.
notify-hook-urgent = [Instant dispatch] { $title }
notify-hook-open = Open
notify-test = This is a test notification, sent by { $who }.
doctor-dead-letters = { $count ->
    [one] One notification could not be delivered.
   *[other] { $count } notifications could not be delivered.
} Run huitian notify dead to see what and why, then send again or discard.
