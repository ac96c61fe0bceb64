//! Files of rows: CSV, JSON lines and Arrow.
#![cfg(feature = "parquet")]
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray, StringViewArray};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use common::ner;
use xner::Limit;
use xner::corpus::write::Output;
use xner_arrow::{Error, tag_batch, tag_file};

/// More rows than a unit has.
const MANY: usize = 70_000;

fn tagged(input: &Path, column: &str) -> Result<Vec<String>, String> {
    let out = input.with_extension("tagged");
    let paths = tag_file(&ner(), input, column, &out, &mut |_| true).map_err(|fault| fault.to_string())?;
    Ok(paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect())
}

/// All is tagged; then the same when it was stopped behind the first unit; then an output of other rows is refused.
fn goes_on(input: &Path, column: &str, other: impl Fn(&Path)) {
    let folder = input.parent().unwrap();
    let (whole, broken) = (folder.join("whole"), folder.join("broken"));
    let call = |out: &Path, told: &mut dyn FnMut(bool) -> bool| {
        tag_file(&ner(), input, column, out, &mut |tagged| told(tagged.found))
    };
    let paths = call(&whole, &mut |_| true).unwrap();
    assert_eq!(paths.len(), 2);
    assert!(matches!(call(&broken, &mut |_| false), Err(Error::Stopped)));
    assert_eq!(std::fs::read_dir(&broken).unwrap().count(), 1, "a unit, and nothing else");
    let mut found = Vec::new();
    let again = call(&broken, &mut |there| {
        found.push(there);
        true
    });
    assert_eq!(found, [true, false]);
    for (one, two) in paths.iter().zip(again.unwrap()) {
        assert!(std::fs::read(one).unwrap() == std::fs::read(&two).unwrap(), "{}", two.display());
    }
    // A stop that comes behind the last unit is none.
    let mut count = 0;
    call(&folder.join("late"), &mut |_| {
        count += 1;
        count < 2
    })
    .unwrap();
    // Another column of the same rows, which the call would go on with.
    let there = call(&broken, &mut |_| true).unwrap();
    std::fs::remove_file(&there[1]).unwrap();
    let fault = tag_file(&ner(), input, "other", &broken, &mut |_| true).unwrap_err();
    assert!(matches!(fault, Error::Stale { .. }), "{fault}");
    other(input);
    let fault = call(&whole, &mut |_| true).unwrap_err();
    assert!(matches!(fault, Error::Stale { .. }), "{fault}");
}

#[test]
fn csv_keeps_its_fields() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.csv");
    let text = "id,body,note\n007,\"so Ada, in\nKöln\",\"say \"\"hi\"\"\"\n1e3,,\n";
    std::fs::write(&input, text).unwrap();
    let lines = tagged(&input, "body").unwrap().concat();
    let entity = |text: &str, start: usize, end: usize, bytes: usize| {
        format!(
            "{{\"\"kind\"\":\"\"PER\"\",\"\"text\"\":\"\"{text}\"\",\"\"start\"\":{start},\"\"end\"\":{end},\
             \"\"start_byte\"\":{start},\"\"end_byte\"\":{bytes},\"\"probability\"\":0.5}}"
        )
    };
    let wanted = format!(
        "id,body,note,entities\n007,\"so Ada, in\nKöln\",\"say \"\"hi\"\"\",\"[{},{}]\"\n1e3,,,[]\n",
        entity("Ada", 3, 6, 6),
        entity("Köln", 11, 15, 16)
    );
    assert_eq!(lines, wanted);
    // Tabs, a mark of byte order, the line ends of Windows, empty lines, no line end in the end.
    let input = folder.path().join("tabs.tsv");
    std::fs::write(&input, "\u{feff}id\tbody\r\n\r\n1\tno one\r\n2\t\"x\"").unwrap();
    assert_eq!(tagged(&input, "body").unwrap(), ["id\tbody\tentities\n1\tno one\t[]\n2\tx\t[]\n"]);
    // Compressed, as its bytes say.
    let input = folder.path().join("packed.csv.gz");
    let mut out = Output::create(&input).unwrap();
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap();
    assert_eq!(tagged(&input, "body").unwrap().concat(), wanted);
    assert!(input.with_extension("tagged").join("packed-00000.csv").exists());

    let many = folder.path().join("many.csv");
    let rows = |name: &str| {
        let rows = format!("no one,so {name} left\n").repeat(MANY);
        format!("other,body\n{rows}")
    };
    std::fs::write(&many, rows("Ada")).unwrap();
    goes_on(&many, "body", |input| std::fs::write(input, rows("Zoë")).unwrap());
}

#[test]
fn json_lines_keep_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("news.jsonl");
    let text = "{\"z\": -0, \"body\": \"so Zo\\u00eb left\", \"a\": [1e2, {\"b\":null}]}\n\n\
                {\"body\":null}\n{\"a\":1}\n";
    std::fs::write(&input, text).unwrap();
    let zoe = "[{\"kind\":\"PER\",\"text\":\"Zoë\",\"start\":3,\"end\":6,\"start_byte\":3,\"end_byte\":7,\
               \"probability\":0.5}]";
    let wanted = format!(
        "{{\"z\":-0,\"body\":\"so Zo\\u00eb left\",\"a\":[1e2, {{\"b\":null}}],\"entities\":{zoe}}}\n\
         {{\"body\":null,\"entities\":null}}\n{{\"a\":1,\"entities\":null}}\n"
    );
    assert_eq!(tagged(&input, "body").unwrap(), [wanted]);
    let nothing = folder.path().join("nothing.jsonl");
    std::fs::write(&nothing, "").unwrap();
    assert_eq!(tagged(&nothing, "body").unwrap(), [""]);

    let many = folder.path().join("many.jsonl");
    let rows = |name: &str| {
        let row = format!("{{\"other\":\"no one\",\"body\":\"so {name} left\"}}\n");
        row.repeat(MANY)
    };
    std::fs::write(&many, rows("Ada")).unwrap();
    goes_on(&many, "body", |input| std::fs::write(input, rows("Zoë")).unwrap());
}

#[test]
fn arrow_files_and_streams_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (file, stream) = (folder.path().join("a.arrow"), folder.path().join("b.arrows"));
    let texts = (0..2500).map(|at| (at % 7 != 3).then(|| format!("so Zoë{} left", at % 5)));
    let texts: ArrayRef = Arc::new(texts.collect::<StringArray>());
    let numbers: ArrayRef = Arc::new((0..2500).collect::<Int32Array>());
    let batch = RecordBatch::try_from_iter([("number", numbers), ("body", texts)]).unwrap();
    let mut writer = FileWriter::try_new(File::create(&file).unwrap(), &batch.schema()).unwrap();
    let mut streamed = StreamWriter::try_new(File::create(&stream).unwrap(), &batch.schema()).unwrap();
    for (start, length) in [(0, 1500), (1500, 0), (1500, 1000)] {
        writer.write(&batch.slice(start, length)).unwrap();
        streamed.write(&batch.slice(start, length)).unwrap();
    }
    writer.finish().unwrap();
    streamed.finish().unwrap();
    let wanted = tag_batch(&ner(), &batch, "body", &Limit::none()).unwrap();
    let read = |path: &Path| -> Vec<RecordBatch> {
        FileReader::try_new(File::open(path).unwrap(), None).unwrap().map(Result::unwrap).collect()
    };
    for input in [&file, &stream] {
        let out = input.with_extension("tagged");
        let paths = tag_file(&ner(), input, "body", &out, &mut |_| true).unwrap();
        let mut start = 0;
        for found in read(&paths[0]) {
            assert_eq!(found.columns(), wanted.slice(start, found.num_rows()).columns());
            start += found.num_rows();
        }
        assert_eq!((paths.len(), start), (1, 2500));
        // It is there already.
        tag_file(&ner(), input, "body", &out, &mut |tagged| tagged.found).unwrap();
    }
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let fault = tag_file(&ner(), &file, "body", &folder.path().join("c"), &mut |_| true).unwrap_err();
    assert!(fault.to_string().contains("a.arrow"), "{fault}");

    let many = folder.path().join("many.arrow");
    let write = |path: &Path, name: &str| {
        let texts: ArrayRef =
            Arc::new((0..1000).map(|_| Some(format!("so {name} left"))).collect::<StringArray>());
        let other: ArrayRef = Arc::new(StringArray::from(vec!["no one"; 1000]));
        let batch = RecordBatch::try_from_iter([("other", other), ("body", texts)]).unwrap();
        let mut writer = FileWriter::try_new(File::create(path).unwrap(), &batch.schema()).unwrap();
        (0..MANY / 1000).for_each(|_| writer.write(&batch).unwrap());
        writer.finish().unwrap();
    };
    write(&many, "Ada");
    let sizes = |path: &Path| read(path).iter().map(RecordBatch::num_rows).sum::<usize>();
    goes_on(&many, "body", |input| write(input, "Zoë"));
    let parts =
        ["many-00000.arrow", "many-00001.arrow"].map(|name| sizes(&folder.path().join("whole").join(name)));
    assert_eq!(parts, [66_000, 4000], "no batch is cut");
    let first = &read(&folder.path().join("whole/many-00001.arrow"))[0];
    assert_eq!(first["entities"].as_list::<i32>().value(0).len(), 1);
}

#[test]
fn rows_that_do_not_fit_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("a.csv", &b"id,body\n1,a\n1,b,c\n"[..], "a.csv:3: 3 fields, expected 2"),
        ("b.csv", b"id,body\n1,\xff\n", "b.csv:2: field 2 is not UTF-8"),
        ("c.csv", b"id,text\n1,a\n", "no column `body`, expected one of `id`, `text`"),
        ("d.csv", b"body,entities\n1,a\n", "a column `entities` already"),
        ("e.csv", b"", "no column `body`"),
        ("l.csv", b"id,body\r\n1,a\r\n\r\n1,b,c\r\n", "l.csv:4: 3 fields, expected 2"),
        (
            "m.csv",
            b"id,body\n1,\"open\n2,b\n3,c\n",
            "m.csv:2: a quotation mark opens a field and none closes it",
        ),
        ("n.csv", b"\xef\xbb\xbfid,body\n1,a\n2,\"", "n.csv:3: a quotation mark opens a field"),
        ("o.jsonl", b"{\"body\":\"Ada met \\ud83d in Oslo\"}\n", "o.jsonl:1: `body` is no text"),
        ("f.jsonl", b"{\"body\":\"a\"}\n{\"body\":1}\n", "f.jsonl:2: `body` is no text"),
        ("g.jsonl", b"\n[1]\n", "g.jsonl:2: is no JSON object"),
        ("h.jsonl", b"{\"body\":\"a\",\"entities\":[]}\n", "h.jsonl:1: has a key `entities` already"),
        ("i.jsonl", b"{\"text\":\"a\"}\n", "no column `body`, expected one of `text`"),
        ("j.jsonl", b"{\"body\":\"\xff\"}\n", "j.jsonl:1: is no JSON object"),
        ("k.txt", b"Ada\n", "k.txt: is no table: expected Parquet, Arrow, CSV"),
    ];
    for (name, bytes, wanted) in cases {
        let input = folder.path().join(name);
        std::fs::write(&input, bytes).unwrap();
        let fault = tagged(&input, "body").unwrap_err();
        assert!(fault.contains(wanted), "{name}: {fault}");
        let left = std::fs::read_dir(input.with_extension("tagged")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{name} leaves nothing behind");
    }
}

/// A quotation mark that nothing closes makes one row of the rest of a file, which is not read to its end.
#[test]
fn a_row_without_an_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("open.csv");
    let text = [b"id,body\n1,\"".as_slice(), &vec![b'a'; 65 << 20]].concat();
    std::fs::write(&input, text).unwrap();
    let fault = tagged(&input, "body").unwrap_err();
    assert!(fault.contains("longer than 64 MiB"), "{fault}");
}

/// A key may come late; a unit that is full makes no empty one behind it.
#[test]
fn a_unit_is_full_and_a_key_may_come_late() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("late.jsonl");
    let rows = "{\"id\":1}\n".repeat((1 << 16) - 1) + "{\"body\":\"so Ada left\"}\n";
    std::fs::write(&input, &rows).unwrap();
    let units = tagged(&input, "body").unwrap();
    assert_eq!(units.len(), 1);
    assert_eq!(units[0].lines().filter(|line| line.contains("\"text\":\"Ada\"")).count(), 1);
    // Rows that were there before and are gone would be read with the others.
    std::fs::write(&input, rows.clone() + "{\"body\":\"more\"}\n").unwrap();
    assert_eq!(tagged(&input, "body").unwrap().len(), 2);
    std::fs::write(&input, rows).unwrap();
    let fault = tagged(&input, "body").unwrap_err();
    assert!(fault.contains("late-00001.jsonl: is of another input"), "{fault}");
}

/// Texts of views share their buffers, which are written once a batch.
#[test]
fn views_are_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("views.arrow");
    let texts: ArrayRef =
        Arc::new((0..20_000).map(|at| Some(format!("no one was there {at}"))).collect::<StringViewArray>());
    let batch = RecordBatch::try_from_iter([("body", texts)]).unwrap();
    let mut writer = FileWriter::try_new(File::create(&input).unwrap(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let paths = tag_file(&ner(), &input, "body", &folder.path().join("out"), &mut |_| true).unwrap();
    let [before, after] = [&input, &paths[0]].map(|path| path.metadata().unwrap().len());
    assert!(after < 2 * before, "{before} bytes became {after}");
}
