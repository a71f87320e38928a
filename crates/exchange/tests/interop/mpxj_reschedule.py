"""Reads an MSPDI file with MPXJ, schedules it afresh as Microsoft Project would, and prints each task's dates.

Prints one line a task: uid, early start, early finish, late start, late finish; dates to the minute.
"""

import sys

import jpype
import mpxj  # noqa: F401  (puts the library on the class path)

jpype.startJVM()
from java.time import LocalDateTime  # noqa: E402
from org.mpxj import TimeUnit, Duration  # noqa: E402
from org.mpxj.cpm import MicrosoftScheduler  # noqa: E402
from org.mpxj.reader import UniversalProjectReader  # noqa: E402

project = UniversalProjectReader().read(sys.argv[1])
begin = project.getProjectProperties().getStartDate()
for task in project.getTasks():
    # The scheduler reckons with these; what the file says of dates is thrown away.
    if task.getActualDuration() is None:
        task.setActualDuration(Duration.getInstance(0, TimeUnit.HOURS))
    if task.getRemainingDuration() is None:
        task.setRemainingDuration(task.getDuration())
    task.setEarlyStart(None)
    task.setEarlyFinish(None)
    task.setLateStart(None)
    task.setLateFinish(None)
MicrosoftScheduler().schedule(project, begin)
for task in project.getTasks():
    if task.getSummary():
        continue
    dates = [task.getEarlyStart(), task.getEarlyFinish(), task.getLateStart(), task.getLateFinish()]
    print(task.getUniqueID(), *(str(date)[:16] for date in dates), sep=",")
