//! Opening a page in a headless browser, with a script that uses it as a reader would.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;

/// The browser's program.
pub const CHROMIUM: &str = "chromium";

/// Takes down what goes wrong, before the page's own script runs.
const BEFORE: &str = "<script>
const problems = [];
addEventListener('error', event => problems.push('error ' + event.message));
addEventListener('securitypolicyviolation', event => problems.push('violation ' + event.blockedURI));
</script>";

/// Runs a script behind the page's own, with `say(name, what)` for what it finds, and writes that into the page.
const AFTER: &str = "<script>
const lines = [];
const say = (name, what) => lines.push('[' + name + ': ' + what + ']');
{
SCRIPT
}
say('loaded', performance.getEntriesByType('resource').length);
say('wide', document.documentElement.scrollWidth > innerWidth);
setTimeout(() => {
    say('problems', problems.join(', '));
    const outcome = document.createElement('pre');
    outcome.id = 'outcome';
    outcome.textContent = lines.join('\\n');
    document.body.append(outcome);
}, 500);
</script>";

/// Opens a copy of a page in a browser of this width and runs a script there; returns what that said, in lines
/// `[name: what]` of which the last are `loaded`, `wide` and `problems`, and the browser's standard error.
pub fn browse(page: &Path, width: u32, script: &str) -> (String, String) {
    let copy = page.with_file_name("copy.html");
    let text = std::fs::read_to_string(page).unwrap();
    let text = text.replacen("<title>", &format!("{BEFORE}<title>"), 1);
    let text = text.replacen("</body>", &format!("{}</body>", AFTER.replace("SCRIPT", script)), 1);
    std::fs::write(&copy, text).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(CHROMIUM)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"])
        .args(["--enable-logging=stderr", "--v=0", "--dump-dom"])
        .arg(format!("--window-size={width},900"))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", copy.display()))
        .output()
        .unwrap();
    std::fs::remove_file(copy).unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    let outcome = page.split("<pre id=\"outcome\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let outcome = outcome.unwrap_or_else(|| panic!("no outcome: {error}"));
    (outcome.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), error)
}

/// Asserts that nothing was loaded, nothing went wrong, and the page is no wider than its window.
pub fn assert_all_well((outcome, error): &(String, String)) {
    for line in ["[loaded: 0]", "[wide: false]", "[problems: ]"] {
        assert!(outcome.contains(line), "no {line} in {outcome}");
    }
    assert!(!error.contains("CONSOLE"), "{error}");
}
