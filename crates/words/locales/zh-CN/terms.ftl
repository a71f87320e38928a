subject-plan = 行动计划
subject-project = 项目
subject-indicator = 指标
subject-area = 区域
subject-unit = 单位
subject-person = 人员

reference-plan = 行动计划
reference-project = 项目
reference-area = 区域
reference-unit = 单位
reference-sector = 领域
reference-campaign = 攻坚工程
reference-template = 节点模板
reference-output-kind = 产出类型
reference-part = 分部
reference-step = 节点
reference-indicator = 指标
reference-figure = 数字
reference-yearly-list = 年度清单
reference-observation = 观测值
reference-name = 名称
reference-period = 起止时间
reference-lead-unit = 责任单位
reference-level = 层级

action-read-public = 查看公开信息
action-read-staff = 查看工作页面
action-read-audit = 查看审计记录
action-manage-projects = 管理项目
action-describe-project = 编辑项目资料
action-report-progress = 报告进展
action-move-promise = 改动公开承诺
action-manage-plan = 管理行动计划
action-manage-indicators = 管理指标
action-record-observation = 记录观测值
action-accept-observation = 采信观测值
action-correct-entry = 更正记录
action-import = 导入
action-export = 导出
action-issue-statement = 发布公报
action-manage-directory = 管理单位和区域
action-manage-people = 管理人员

step-groundbreaking = 奠基
step-start = 开工
step-completion = 完工
step-acceptance = 竣工验收
step-handover = 移交
step-trial = 试运行
step-in-use = 投用
step-opening = 正式开放

aspect-promised = 承诺
aspect-planned = 计划
aspect-forecast = 预计
aspect-actual = 实际

phase-to-start = 未开工
phase-under-way = 在建
phase-partly-in-use = 部分投用
phase-completed = 已完工
phase-in-use = 已投用
phase-suspended = 暂停
phase-left = 已调出

grade-published = 公开发布
grade-reported = 单位报送
grade-illustrative = 示例

membership-member = 在计划内
membership-removed = 已移出
membership-merged = 已合并
membership-split = 已拆分
membership-moved = 转入下一轮

entry-carried-over = 续建
entry-new = 新建

aim-complete = 完工
aim-continue = 推进
aim-prepare = 前期

stage-planned = 规划
stage-approved = 批复
stage-built = 建成

basis-net = 净增
basis-gross = 总量

direction-up = 越高越好
direction-down = 越低越好
direction-neither = 不分高低

cause-approval = 审批
cause-environmental-assessment = 环境影响评价
cause-land-clearance = 征地腾退
cause-utilities = 管线迁改
cause-design-change = 设计变更
cause-funds = 资金
cause-contractor = 施工单位
cause-weather-or-epidemic = 天气或疫情
cause-other = 其他
cause-not-stated = 未说明

level-city = 市
level-district = 区
level-subdistrict = 街道、镇
level-community = 社区
level-other = 其他

role-administrator = 系统管理员
role-municipal-task-force = 市级工作专班
role-district-task-force = 区级工作专班
role-department = 部门
role-subdistrict = 街道、镇
role-community = 社区
role-supervision-office = 督查部门
role-leader = 领导
role-auditor = 审计
