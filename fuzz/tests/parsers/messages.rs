//! Residents' messages, and the model that sorts them.

use exchange::messages_csv::{MessageReader, parse_time};
use fuzz::{Target, Wrapping, campaign, magnitude};
use text::category::MessageText;
use text::model_file;

use crate::{same, told};

#[test]
fn messages() {
    campaign(&Target {
        name: "messages",
        seeds: [
            "msg_id,user,title,time,body,label,pro_votes\n1,a,路灯不亮,2020/1/4 11:17:46,\"很黑,\n请修\",城乡建设,3\n",
            "\u{feff}留言编号,留言主题,留言时间,留言详情\n1,噪音,2019-08-01T10:00:00,夜间施工\n",
        ]
        .map(|text| text.into())
        .to_vec(),
        tokens: &["msg_id", "body", "title", "pro_votes", "留言详情", ",", "\"", "\n", "2020/1/4", "25:00", "-1", "18446744073709551616"],
        wrapping: Wrapping::Plain,
        read: |bytes| {
            let reader = MessageReader::new(bytes, &["body"]);
            let Ok(reader) = reader else { return Ok(told(&reader.map(drop), |()| String::new())) };
            let (mut good, mut bad, mut timed) = (0, 0, 0);
            for row in reader {
                match row {
                    Ok(row) => {
                        good += 1;
                        timed += usize::from(parse_time(&row.time).is_some());
                        text::place_phrase::common_place(&[&row.title, &row.body]);
                    }
                    Err(_) => bad += 1,
                }
            }
            Ok([good, bad, timed].map(magnitude).join(" "))
        },
    });
}

/// The sum at the end of a model (FNV-1a), so that what is damaged within gets past it.
fn summed(inside: &[u8]) -> Vec<u8> {
    let sum = inside
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    [inside, &sum.to_le_bytes()].concat()
}

/// Two categories, 256 buckets, two of them known.
fn model() -> Vec<u8> {
    let mut out = b"HUITIAN-CATEGORY 1\nlearnt: from nothing\n\n".to_vec();
    out.extend([2, 2, 8, 0]);
    for label in ["交通", "教育"] {
        out.extend((label.len() as u16).to_le_bytes());
        out.extend(label.as_bytes());
    }
    for number in [0.01f32, 1.5, -0.5, 0.1, 0.2, 0.0, 0.3] {
        out.extend(number.to_le_bytes());
    }
    let mut known = [0u8; 32];
    (known[0], known[31]) = (1, 0x80);
    out.extend(known);
    out.extend([1, 10, 246, 254, 128, 127]);
    out
}

#[test]
fn category_model() {
    campaign(&Target {
        name: "category_model",
        seeds: vec![model()],
        tokens: &["HUITIAN-CATEGORY 1\n", "\n\n", ": ", "\u{7f}\u{7f}", "\0\0\u{40}\u{7f}"],
        wrapping: Wrapping::Packed(summed),
        read: |bytes| {
            let answer = model_file::read(bytes);
            if let Ok(model) = &answer {
                let again = model_file::read(&model_file::write(model));
                same(
                    "labels",
                    &Ok(model.labels().to_vec()),
                    &again.as_ref().map(|again| again.labels().to_vec()),
                )?;
                let message = MessageText { title: "路灯不亮", body: "小区路灯坏了，请修。" };
                let mut classifier = model.classifier();
                let found = classifier.classify(message);
                classifier.reasons(message, found, 3);
                if let Ok(again) = &again {
                    same("scores", &found.best, &again.classifier().classify(message).best)?;
                }
            }
            Ok(told(&answer, |model| magnitude(model.card().len()).to_owned()))
        },
    });
}
