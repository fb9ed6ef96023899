//! Markdown at random: well-formed documents that know their words, and junk.

use proptest::prelude::*;

/// A well-formed page whose words are all different, so that each can be counted.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) source: String,
    pub(super) body_words: Vec<String>,
    pub(super) heading_words: Vec<String>,
    /// Column headings, which stand in every row.
    pub(super) repeated_words: Vec<String>,
}

#[derive(Clone, Debug)]
enum Part {
    Heading { level: usize, words: usize },
    Paragraph { words: usize, style: usize },
    List { ordered: bool, items: Vec<(usize, bool)> },
    Table { columns: usize, rows: usize },
    Quote { words: usize },
    Html { words: usize },
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        (1..5_usize, 1..5_usize).prop_map(|(level, words)| Part::Heading { level, words }),
        (1..120_usize, 0..6_usize).prop_map(|(words, style)| Part::Paragraph { words, style }),
        (any::<bool>(), proptest::collection::vec((1..45_usize, any::<bool>()), 1..8))
            .prop_map(|(ordered, items)| Part::List { ordered, items }),
        (2..5_usize, 1..6_usize).prop_map(|(columns, rows)| Part::Table { columns, rows }),
        (1..40_usize).prop_map(|words| Part::Quote { words }),
        (1..20_usize).prop_map(|words| Part::Html { words }),
    ]
}

pub(super) fn document() -> impl Strategy<Value = Document> {
    proptest::collection::vec(part(), 1..14).prop_map(|parts| Writer::default().write(&parts))
}

/// Between 70 and 600 words under one heading, in paragraphs and lists.
pub(super) fn section() -> impl Strategy<Value = String> {
    (70..250_usize, 0..350_usize, "[a-z]{1,5}").prop_map(|(words, items, word)| {
        let paragraph = super::prose(&word, words);
        let list: String =
            (0..items / 10).map(|number| format!("- {}\n", super::prose(&format!("{word}{number}x"), 10))).collect();
        format!("{paragraph}\n\n{list}")
    })
}

/// Fragments of Markdown in any order.
pub(super) fn junk() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        4 => "[a-z£é]{1,8}",
        2 => Just(" ".to_owned()),
        2 => Just("\n".to_owned()),
        1 => Just("\n\n".to_owned()),
        4 => prop::sample::select(vec![
            "# ", "## ", "### ", "- ", "* ", "1. ", "> ", "| ", "|", "|---|---|\n", "---\n", "===\n", "**", "_", "~~", "`", "```\n", "[", "](", "](x)",
            ")", "![", "<p>", "</p>", "<script>", "</script>", "<!--", "-->", "<br>", "&amp;", "&nbsp;", "\\", "\t", "    ", "  \n", "[a]: b\n",
            "[a]", "<a@b.example>", "<https://a.example>", "](mailto:a@b.example)", "](tel:123)", ". ", "! ", "? ", "e.g. ", "5 ", "\r\n", "\u{0}",
            "\u{2028}", "\u{feff}", "😀", "*[X]: y\n", "<style>", "<div ", "- [ ] ", "a | b\n--|--\nc | d\n", "&#0;", "<![CDATA[", "]]>", "<?x", "?>",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(fragment, 0..120).prop_map(|fragments| fragments.concat())
}

#[derive(Default)]
struct Writer {
    source: String,
    next: usize,
    body_words: Vec<String>,
    heading_words: Vec<String>,
    repeated_words: Vec<String>,
}

impl Writer {
    fn write(mut self, parts: &[Part]) -> Document {
        for part in parts {
            self.part(part);
            // Two neighbouring lists would be one, and a line below a quote would belong to it.
            self.source.push_str("\n\n<!-- -->\n\n");
        }
        Document {
            source: self.source,
            body_words: self.body_words,
            heading_words: self.heading_words,
            repeated_words: self.repeated_words,
        }
    }

    fn word(&mut self) -> String {
        self.next += 1;
        format!("W{}", self.next)
    }

    fn words(&mut self, count: usize) -> Vec<String> {
        let words: Vec<String> = (0..count).map(|_| self.word()).collect();
        self.body_words.extend(words.iter().cloned());
        words
    }

    fn sentences(&mut self, count: usize) -> String {
        let words = self.words(count);
        words.chunks(7).map(|words| format!("{}.", words.join(" "))).collect::<Vec<_>>().join(" ")
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Heading { level, words } => {
                let words: Vec<String> = (0..*words).map(|_| self.word()).collect();
                self.source.push_str(&format!("{} {}", "#".repeat(*level), words.join(" *")));
                self.heading_words.extend(words);
            }
            Part::Paragraph { words, style } => {
                let text = self.sentences(*words);
                let (first, rest) = text.split_once(' ').unwrap_or((&text, ""));
                self.source.push_str(&match style {
                    0 => text.clone(),
                    1 => format!("**{first}** {rest}"),
                    2 => format!("[{first}](other.md) {rest}"),
                    3 => format!("{first}  \n{rest}"),
                    4 => format!("![{first}](a.png)\n{rest}"),
                    _ => format!("**{text}**"),
                });
            }
            Part::List { ordered, items } => {
                for (words, nested) in items {
                    let mark = if *ordered { "1." } else { "-" };
                    let indent = if *nested { "   " } else { "" };
                    let text = self.sentences(*words);
                    self.source.push_str(&format!("{indent}{mark} {text}\n"));
                }
            }
            Part::Table { columns, rows } => {
                let headings: Vec<String> = (0..*columns).map(|_| self.word()).collect();
                self.source.push_str(&format!("| {} |\n|{}\n", headings.join(" | "), "---|".repeat(*columns)));
                self.repeated_words.extend(headings);
                for _ in 0..*rows {
                    let cells = self.words(*columns);
                    self.source.push_str(&format!("| {} |\n", cells.join(" | ")));
                }
            }
            Part::Quote { words } => {
                let text = self.sentences(*words);
                self.source.push_str(&format!("> {text}"));
            }
            Part::Html { words } => {
                let text = self.sentences(*words);
                self.source.push_str(&format!("<div><p>{text}</p><script>no()</script></div>"));
            }
        }
    }
}
