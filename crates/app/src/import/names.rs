//! The names by which headings are known, in both languages.

use words::Lang;

use crate::table::{COMMON, Column, Table};

/// A heading reduced to what matters: letters and digits, in half width and lower case.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(half_width).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Full-width forms of ASCII as they come out of Chinese input methods.
pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

/// A column's name for people: the table's own word for it, else the common one.
pub fn column_label(lang: Lang, table: &str, column: &str) -> String {
    let dashed = |text: &str| text.replace('_', "-");
    let own = format!("column-{}-{}", dashed(table), dashed(column));
    let common = format!("column-{}", dashed(column));
    [own, common]
        .iter()
        .find(|key| words::has(lang, key))
        .map_or_else(|| column.to_owned(), |key| words::text(lang, key).into_owned())
}

/// A table's name for people.
pub fn table_label(lang: Lang, table: &str) -> String {
    let key = format!("table-{}", table.replace('_', "-"));
    if words::has(lang, &key) { words::text(lang, &key).into_owned() } else { table.to_owned() }
}

/// What columns are also called in the wild, besides their names and labels; with a table's name
/// before the column's, only there.
const ALSO: &[(&str, &[&str])] = &[
    (
        "code",
        &[
            "编码",
            "编号",
            "代码",
            "项目编号",
            "项目代码",
            "单位编号",
            "单位代码",
            "区域代码",
            "指标编号",
            "id",
        ],
    ),
    ("project", &["项目", "项目编号", "项目代码", "项目名称", "项目名", "project id", "project name"]),
    ("indicator", &["指标", "指标编号", "指标名称", "indicator name"]),
    ("name_zh", &["名称", "中文名称", "中文名", "name", "title"]),
    ("projects.name_zh", &["项目", "项目名", "project", "project title"]),
    ("units.name_zh", &["单位", "部门", "unit"]),
    ("areas.name_zh", &["区域", "街道", "area"]),
    ("areas.aliases", &["俗称", "又名", "其他名称", "other names", "also known as"]),
    ("indicators.name_zh", &["指标", "indicator"]),
    ("name_en", &["英文名", "英文", "english name", "english"]),
    ("kind", &["类型", "类别", "type"]),
    ("sector", &["领域", "所属领域", "行业"]),
    ("campaign", &["攻坚工程", "所属工程", "专项", "theme"]),
    ("lead_unit", &["主责单位", "牵头单位", "责任部门", "主责部门", "牵头部门", "lead", "responsible unit"]),
    ("unit", &["部门"]),
    ("areas", &["所在街道", "街道", "属地", "所属区域", "area"]),
    ("address", &["建设地点", "地点", "位置", "location", "place"]),
    ("budget_yuan", &["预算", "总投资", "投资", "投资额", "budget", "cost"]),
    ("membership", &["状态", "在库状态", "status"]),
    ("revision", &["版本", "修订版"]),
    ("part", &["分项", "标段", "分期"]),
    ("step", &["环节", "阶段节点", "milestone"]),
    ("aspect", &["日期类型", "口径", "date type"]),
    ("date", &["日期", "时间", "完成时间", "节点日期"]),
    ("cause", &["延期原因", "滞后原因", "delay reason"]),
    ("percent", &["进度", "形象进度", "完成比例", "完成率", "progress", "percent complete"]),
    ("quantity", &["数量", "规模", "amount"]),
    ("text", &["备注", "说明", "内容", "note"]),
    ("title", &["标题", "文件名"]),
    ("url", &["网址", "链接", "link", "address"]),
    ("alias", &["曾用名", "又名", "also known as"]),
    ("on", &["日期", "时点", "观测日期", "date"]),
    ("value", &["数值", "观测值"]),
    ("level", &["级别"]),
    ("parent", &["上级", "上级单位", "主管部门"]),
    ("population", &["人口", "人口数", "people"]),
    ("year", &["年份", "年"]),
    ("effective", &["生效日期", "起算日期", "effective date", "as of"]),
    ("grade", &["数据级别", "数据性质"]),
    ("source_title", &["来源", "出处", "文件名称", "source"]),
    ("source_url", &["来源链接", "来源网址", "出处链接", "link to source"]),
    ("source_unit", &["填报单位", "报送部门"]),
    ("requests.number", &["工单编号", "工单号", "编号", "order number", "order"]),
    ("requests.received", &["受理时间", "来电时间", "诉求时间", "接收时间", "received at"]),
    ("requests.text", &["主要内容", "诉求内容", "工单内容", "description"]),
    ("requests.title", &["工单标题", "subject"]),
    ("request_kind", &["来电类别", "诉求类型", "类型", "kind", "type"]),
    ("request_channel", &["受理渠道", "渠道", "channel"]),
    ("requests.urgency", &["紧急程度"]),
    ("requests.category", &["分类", "问题分类", "诉求类别", "类别"]),
    ("requests.area", &["所在区域", "区域", "街道", "小区", "社区"]),
    ("asker", &["来电人", "诉求人", "姓名", "name"]),
    ("phone", &["联系电话", "电话", "手机", "来电号码", "telephone"]),
    ("email", &["邮箱", "mail"]),
    ("longitude", &["东经", "lng", "lon", "经度坐标"]),
    ("latitude", &["北纬", "lat", "纬度坐标"]),
    ("datum", &["坐标系", "坐标系统", "坐标类型", "crs", "coordinate system"]),
    ("may_be_public", &["是否公开", "公开", "public"]),
    ("requests.unit", &["办理单位", "承办单位", "责任单位"]),
    ("requests.assigned", &["转办时间", "派单时间", "assigned at"]),
    ("contacted", &["首次联系时间", "联系诉求人时间", "响应时间", "contacted at", "responded at"]),
    ("called_back", &["回访日期", "回访时刻", "called back", "call-back time"]),
    ("requests.reached", &["是否接听", "回访是否接通", "是否回访成功", "answered the call"]),
    ("was_contacted", &["是否响应", "联系情况", "响应情况", "contacted by the unit"]),
    ("requests.solved", &["解决情况", "是否已解决", "resolved", "is it solved"]),
    ("satisfaction", &["满意情况", "满意程度", "满意度", "satisfied"]),
    ("requests.answered", &["办结时间", "答复时间", "closed at", "answered at"]),
    ("requests.answer", &["办理结果", "答复内容", "办理情况", "reply"]),
    ("facilities.name_zh", &["设施", "设施名", "facility"]),
    ("facilities.kind", &["设施类型", "设施类别", "category"]),
    ("facilities.area", &["所在街道", "街道", "社区", "所属区域"]),
    ("entrances", &["入口", "大门", "entrance", "gates"]),
    ("capacity", &["规模", "床位", "学位", "places", "beds"]),
    ("opens_on", &["开业日期", "投用日期", "启用日期", "opening date"]),
    ("closes_on", &["停用日期", "closing date"]),
    ("licence", &["许可", "版权", "license", "attribution"]),
    ("residences.code", &["楼栋编号", "楼号", "小区编号", "building", "residence"]),
    ("residences.area", &["社区", "所在社区", "街道", "community"]),
    ("people", &["常住人口", "人口", "居民数", "population", "residents"]),
    ("parcels.code", &["地块编号", "宗地号", "parcel"]),
    ("parcels.name", &["地块", "地块名称"]),
    ("square_metres", &["面积", "用地面积", "area_m2", "m2"]),
    ("official_counts.count", &["官方数", "总数"]),
    ("reason", &["理由", "原因", "依据", "why"]),
];

/// The columns a table reads, its own before the common ones.
pub(super) fn columns(table: &Table) -> impl Iterator<Item = &'static Column> + use<> {
    table.columns.iter().chain(COMMON)
}

/// How surely a heading means a column, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Surety {
    /// It is the column's name.
    Name,
    /// It is the column's label in either language.
    Label,
    /// It is something the column is also called.
    Also,
}

/// Which column a heading means. A name that two columns share at one stage means neither.
pub(super) fn find(table: &Table, heading: &str) -> Option<(&'static Column, Surety)> {
    let wanted = plain(heading);
    if wanted.is_empty() {
        return None;
    }
    let only = |surety: Surety, fits: &dyn Fn(&Column) -> bool| {
        let mut found = columns(table).filter(|column| fits(column));
        let first = found.next()?;
        found.next().is_none().then_some((first, surety))
    };
    let labelled = |column: &Column| {
        Lang::ALL.iter().any(|lang| plain(&column_label(*lang, table.name, column.name)) == wanted)
    };
    let also = |column: &Column| {
        let here = |name: &str| match name.split_once('.') {
            Some((of, name)) => of == table.name && name == column.name,
            None => name == column.name,
        };
        ALSO.iter().any(|(name, also)| here(name) && also.iter().any(|also| plain(also) == wanted))
    };
    only(Surety::Name, &|column| plain(column.name) == wanted)
        .or_else(|| only(Surety::Label, &labelled))
        .or_else(|| only(Surety::Also, &also))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{TABLES, table};

    fn name(table: &Table, heading: &str) -> Option<&'static str> {
        find(table, heading).map(|(column, _)| column.name)
    }

    #[test]
    fn every_label_leads_back_to_its_column() {
        for table in TABLES {
            for column in columns(table) {
                assert_eq!(name(table, column.name), Some(column.name), "{}", table.name);
                for lang in Lang::ALL {
                    let label = column_label(lang, table.name, column.name);
                    assert_ne!(label, column.name, "{} {} has no label", table.name, column.name);
                    assert_eq!(name(table, &label), Some(column.name), "{}: {label}", table.name);
                    let starred = format!(" {label} * ");
                    assert_eq!(name(table, &starred), Some(column.name), "{}: {starred}", table.name);
                }
            }
            assert!(
                words::has(Lang::Zh, &format!("table-{}", table.name.replace('_', "-"))),
                "{}",
                table.name
            );
        }
    }

    #[test]
    fn columns_that_only_inform_are_at_most_second_choice() {
        for export in crate::export::TABLES.iter().filter(|export| export.importable) {
            let table = table(export.name).unwrap();
            for column in export.columns.iter().filter(|name| !columns(table).any(|own| own.name == **name)) {
                let labels = Lang::ALL.map(|lang| column_label(lang, table.name, column));
                for heading in labels.iter().map(String::as_str).chain([*column]) {
                    if let Some((taken, surety)) = find(table, heading) {
                        assert_eq!(surety, Surety::Also, "{}: {heading}", table.name);
                        assert!(export.columns.contains(&taken.name), "{}: {heading}", table.name);
                    }
                }
            }
        }
    }

    #[test]
    fn every_exported_column_and_table_has_a_label_of_its_own() {
        for lang in Lang::ALL {
            for export in crate::export::TABLES {
                assert_ne!(table_label(lang, export.name), export.name);
                let labels: Vec<String> =
                    export.columns.iter().map(|name| column_label(lang, export.name, name)).collect();
                for (at, label) in labels.iter().enumerate() {
                    assert_ne!(label, export.columns[at], "{} has no label", export.columns[at]);
                    assert!(!labels[..at].contains(label), "{}: {label} twice", export.name);
                }
                assert!(export.columns.contains(&"grade"), "{}", export.name);
            }
        }
    }

    #[test]
    fn other_names_are_known() {
        let projects = table("projects").unwrap();
        assert_eq!(name(projects, "牵头单位"), Some("lead_unit"));
        assert_eq!(name(projects, "Project Title"), Some("name_zh"));
        assert_eq!(name(projects, "天气"), None);
        let milestones = table("milestones").unwrap();
        assert_eq!(name(milestones, "项目编号"), Some("project"));
    }
}
