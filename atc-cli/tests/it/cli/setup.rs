//! Completions and manual pages.

use super::Folder;

#[test]
fn every_shell_gets_completions_of_every_command() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = folder.atc(&format!("completions {shell}")).ok();
        let script = ran.text();
        for word in ["scan", "compute", "inspect", "doctor", "min-signal"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(folder.atc("completions tcsh").code, Some(2));
}

#[test]
fn the_doctor_says_what_it_found_in_order_or_as_json() {
    let folder = Folder::new();
    let words = folder.atc("doctor").ok();
    let first = |line: &str| line.split("  ").next().unwrap_or_default().to_owned();
    let names: Vec<String> = words.text().lines().map(first).collect();
    let expected = [
        "version",
        "features",
        "system",
        "processor",
        "instruction sets",
    ];
    assert_eq!(names[..5], expected, "{}", words.text());
    let json = folder.atc("doctor --json --cache here").ok();
    let report: serde_json::Value = serde_json::from_str(json.text()).unwrap();
    let disk = report["facts"]["disk"].as_str().unwrap();
    assert!(disk.ends_with("MB free where the cache is"), "{disk}");
    assert_eq!(folder.atc("doctor --json --format table").code, Some(2));
}

#[test]
fn manual_pages_are_there_for_every_command() {
    let folder = Folder::new();
    let page = folder.atc("man").ok();
    assert!(page.text().contains(".TH atc 1"), "{}", page.text());
    folder.atc("man --output pages").ok();
    for name in [
        "atc.1",
        "atc-scan.1",
        "atc-compute.1",
        "atc-cache-explain.1",
    ] {
        let text = std::fs::read_to_string(folder.path(&format!("pages/{name}"))).unwrap();
        assert!(text.contains(".SH SYNOPSIS"), "{name}");
    }
    let blocked = folder.atc("man --output candles/IBM.csv");
    assert_eq!(blocked.code, Some(1));
    assert!(blocked.stderr.contains("IBM.csv"), "{}", blocked.stderr);
}
