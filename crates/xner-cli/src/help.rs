//! How the commands' help looks: an example each, own options before common ones, required ones called so.

use clap::{Arg, ArgAction, Command};

/// No line of help is longer.
const WIDTH: usize = 100;

/// The heading of options that all commands take.
const COMMON: &str = "Common options";

/// The options that all commands take.
const COMMON_OPTIONS: [&str; 2] = ["threads", "quiet"];

/// Those that many take: they come behind a command's own.
const MANY_TAKE: [&str; 2] = ["device", "json"];

/// An example of each command, by its path.
const EXAMPLES: [(&str, &str); 41] = [
    ("", "xner tag --input news.txt\n  xner train --config tagger.toml --out model"),
    ("demo", "xner demo --target german --out demo"),
    (
        "train",
        "xner train --print-config bert > bert.toml\n  xner train --config bert.toml --set training.epochs=3 --out m",
    ),
    ("transfer", "xner transfer zero-resource --config en-es.toml --out es"),
    ("transfer zero-resource", "xner transfer zero-resource --config en-es.toml --out es --seeds 1,2,3"),
    ("transfer bwet", "xner transfer bwet --config bwet.toml --out es-bwet"),
    ("transfer transadv", "xner transfer transadv --config transadv.toml --out es --cache phases"),
    ("transfer mbert-ft", "xner transfer mbert-ft --config transadv.toml --out es-ft --cache phases"),
    ("transfer advce", "xner transfer advce --config transadv.toml --out es-advce --cache phases"),
    ("transfer tsl", "xner transfer tsl --config transadv.toml --out es-tsl --cache phases"),
    ("transfer unitrans", "xner transfer unitrans --config transadv.toml --out es-unitrans --cache phases"),
    (
        "transfer advpicker",
        "xner transfer advpicker --config transadv.toml --out es-advpicker --cache phases",
    ),
    (
        "transfer consensus",
        "xner transfer consensus --config transadv.toml --out es-consensus --cache phases",
    ),
    ("transfer meta", "xner transfer meta --config meta.toml --out meta"),
    ("transfer distil", "xner transfer distil --config distil.toml --out student"),
    ("transfer table", "xner transfer table es-bwet Ours=es"),
    ("transfer figures", "xner transfer figures es --config en-es.toml --out figures"),
    ("low-resource", "xner low-resource --config few.toml --model Ours=meta --model base --out few"),
    ("tag", "xner tag --model model --input news.txt --output news.jsonl"),
    ("sql", "xner sql \"select e.kind, e.text from (select unnest(ner(body)) e from 'news/*.parquet')\""),
    ("serve", "xner serve --port 8080\n  xner serve --model es=model-es --model nl=model-nl"),
    ("quantise", "xner quantise model --out model-8bit"),
    ("teach-mask", "xner teach-mask wiki.text --model multilingual-e5-small --out e5-masks"),
    ("pack", "xner pack model-8bit --out model.xner"),
    ("eval", "xner eval gold.conll predicted.conll --by-length"),
    ("convert", "xner convert train.conll train.iobes.conll --from iob1 --to iobes"),
    ("stats", "xner stats train.conll dev.conll.xz"),
    ("vectors", "xner vectors neighbours en.vec king queen"),
    ("vectors info", "xner vectors info en.vec"),
    ("vectors convert", "xner vectors convert en.vec en.safetensors --limit 200000"),
    (
        "vectors distil",
        "xner vectors distil es.text --model multilingual-e5-small --prefix 'query: ' --pca 300 --out es.vec",
    ),
    ("vectors neighbours", "xner vectors neighbours en-es/source.vec king --among en-es/target.vec"),
    ("vectors analogy", "xner vectors analogy en.vec man king woman"),
    ("map", "xner map --source en.vec --target es.vec --method self-learning --out en-es"),
    ("map-eval", "xner map-eval en-es --dictionary en-es.txt"),
    (
        "map-plot",
        "xner map-plot en-es --source en.vec --target es.vec --source-corpus train.conll \\\n    --target-corpus \
         es.conll --out words",
    ),
    ("dictionary", "xner dictionary en-es --out en-es.txt --mutual"),
    ("translate", "xner translate train.conll --dictionary en-es.txt --out train.es.conll"),
    ("similar", "xner similar Berlin --model encoder --corpus train.conll"),
    ("transadv-data", "xner transadv-data --source train.conll --dictionary en-es.txt --out sets"),
    ("completions", "xner completions bash > xner.bash"),
];

/// The one line of usage that would be too long.
const MAP_PLOT: &str = "xner map-plot [OPTIONS] --source <FILE> --target <FILE>\n         --source-corpus <FILE> \
                        --target-corpus <FILE> --out <FIG> <DIR>";

/// The program's command with all that its help wants.
pub(crate) fn shaped(command: Command) -> Command {
    shape(command.max_term_width(WIDTH), "")
}

fn shape(command: Command, path: &str) -> Command {
    let needed = needed(path);
    let after = command.get_after_help().map(|help| format!("\n\n{help}")).unwrap_or_default();
    let mut command = command;
    if let Some(example) = example(path) {
        command = command.after_help(format!("Example:\n  {example}{after}"));
    }
    if !needed.is_empty() {
        command = usage(command, path, needed);
    } else if path == "map-plot" {
        command = command.override_usage(MAP_PLOT);
    }
    command.mut_args(|arg| argument(arg, needed)).mut_subcommands(|inner| {
        let path = if path.is_empty() {
            inner.get_name().to_owned()
        } else {
            format!("{path} {}", inner.get_name())
        };
        shape(inner, &path)
    })
}

/// A command's example.
fn example(path: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(own, _)| *own == path).map(|(_, example)| *example)
}

/// The options without which a command does nothing, though a config may be printed without them.
fn needed(path: &str) -> &'static [&'static str] {
    match path {
        "map" => &["source", "target", "out"],
        "low-resource" => &["model", "config", "out"],
        "train" => &["config", "out"],
        path if path.starts_with("transfer ") && !["transfer table", "transfer figures"].contains(&path) => {
            &["config", "out"]
        }
        _ => &[],
    }
}

/// A line of usage with the needed options in it.
fn usage(command: Command, path: &str, needed: &[&str]) -> Command {
    let option = |id: &&str| {
        let arg = command.get_arguments().find(|arg| arg.get_id() == *id)?;
        let value = arg.get_value_names()?.first()?;
        Some(format!("--{} <{}>", arg.get_long()?, value.trim_matches(['[', ']'])))
    };
    let options: Vec<String> = needed.iter().filter_map(option).collect();
    let usage = format!("xner {path} [OPTIONS] {}", options.join(" "));
    command.override_usage(usage)
}

fn argument(arg: Arg, needed: &[&str]) -> Arg {
    let id = arg.get_id().as_str();
    if COMMON_OPTIONS.contains(&id) {
        return arg.help_heading(COMMON);
    }
    if MANY_TAKE.contains(&id) {
        return arg.display_order(900);
    }
    let required = arg.is_required_set() || needed.contains(&arg.get_id().as_str());
    let option = !arg.is_positional() && !matches!(arg.get_action(), ArgAction::Help | ArgAction::Version);
    if !(required && option) {
        return arg;
    }
    let told = |help: String| format!("{help} [required]");
    let (help, long) =
        (arg.get_help().map(ToString::to_string), arg.get_long_help().map(ToString::to_string));
    let arg = arg.display_order(0);
    let arg = if let Some(help) = help { arg.help(told(help)) } else { arg };
    if let Some(long) = long { arg.long_help(told(long)) } else { arg }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    /// Each command by its path, with what its help says, short and long.
    fn all() -> Vec<(String, String, String)> {
        fn walk(command: &mut Command, path: &str, found: &mut Vec<(String, String, String)>) {
            let (short, long) = (command.render_help().to_string(), command.render_long_help().to_string());
            found.push((path.to_owned(), short, long));
            for inner in command.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
                let path = format!("{path} {}", inner.get_name()).trim().to_owned();
                walk(inner, &path, found);
            }
        }
        let mut command = shaped(Cli::command());
        command.build();
        let mut found = Vec::new();
        walk(&mut command, "", &mut found);
        found
    }

    #[test]
    fn help_is_at_most_so_wide_and_has_an_example() {
        let all = all();
        assert_eq!(all.len(), EXAMPLES.len());
        for (path, short, long) in &all {
            assert!(long.contains("Example:\n  xner "), "{path}: {long}");
            for line in short.lines().chain(long.lines()) {
                assert!(line.chars().count() <= WIDTH, "{path}: {line}");
            }
        }
    }

    /// The words of a command line, as a shell takes quotes.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
        for letter in line.chars() {
            match quote {
                Some(open) if letter == open => quote = None,
                None if letter == '"' || letter == '\'' => quote = Some(letter),
                None if letter == ' ' => words.push(std::mem::take(&mut word)),
                _ => word.push(letter),
            }
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn every_example_is_a_command_line_that_is_understood() {
        for (path, ..) in all() {
            for line in example(&path).unwrap().replace("\\\n", " ").lines() {
                let line = line.split(" > ").next().unwrap_or_default();
                let words = words(line);
                let fault = shaped(Cli::command()).try_get_matches_from(&words).err();
                assert!(fault.is_none(), "{line}: {}", fault.unwrap());
                if !path.is_empty() {
                    assert!(line.trim().starts_with(&format!("xner {path}")), "{path}: {line}");
                }
            }
        }
    }

    #[test]
    fn own_options_come_before_common_ones_and_required_ones_say_so() {
        for (path, _, long) in all() {
            let rest = &long[long.find("Common options:").unwrap()..];
            for heading in ["\nOptions:", "\nArguments:", "\nLayout of the input:", "\nReading of vectors:"] {
                assert!(!rest.contains(heading), "{path}: {heading} comes behind the common options");
            }
        }
        let of = |path: &str| all().into_iter().find(|(own, ..)| own == path).unwrap().2;
        let train = of("train");
        assert!(train.contains("Usage: xner train [OPTIONS] --config <FILE> --out <DIR>"), "{train}");
        for (path, count) in [("train", 2), ("map", 3), ("tag", 0), ("low-resource", 3), ("translate", 2)] {
            assert_eq!(of(path).matches("[required]").count(), count, "{path}: {}", of(path));
        }
        let first = train.find("--config").unwrap();
        assert!(first < train.find("--resume").unwrap());
        assert!(train.find("--print-schema").unwrap() < train.find("--json").unwrap());
    }
}
