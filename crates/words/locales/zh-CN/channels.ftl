# 来自论坛和其他服务器的诉求。
forum-others-say = 论坛其他网友跟帖：
forum-said-category = 论坛上的分类：{ $said }
forum-said-place = 帖子注明的坐标未采用：{ $said }
request-person-account = 论坛账号
request-person-post = 原帖
column-datum = 坐标系
datum-wgs84 = WGS 84（GPS）
datum-gcj02 = GCJ-02（高德、腾讯）
datum-bd09 = BD-09（百度）
cell-outside-areas = 该位置远离计划的所有区域。请检查经纬度和坐标系：GCJ-02、BD-09 的偏移一般不超过两公里。
cell-swapped = 经度与纬度写反了，已更正。
import-put-right = 已更正或需核对的行
import-put-right-count = 有 { $count } 行已更正或需核对。
import-put-right-what = 说明
open311-swapped = lat 与 long 写反了，已更正。
