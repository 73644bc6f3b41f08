//! Opening a page in a headless browser, with a script that uses it as a reader would.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test file uses a part of it; a test may panic"
)]

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The browser's program.
pub const CHROMIUM: &str = "chromium";

/// It takes a second; if this long, it hangs.
const DEADLINE: Duration = Duration::from_secs(120);

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
    std::fs::write(&copy, prepared(page, script)).unwrap();
    let (page, error) = open(&copy, width);
    std::fs::remove_file(copy).unwrap();
    let outcome = page.split("<pre id=\"outcome\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let outcome = outcome.unwrap_or_else(|| panic!("no outcome: {error}"));
    (unescaped(outcome), error)
}

/// The same for several pages, widths and scripts, each in a frame, with one browser: starting it takes longer than a page
/// does.
pub fn browse_all(pages: &[(&Path, u32, &str)]) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    // One over the other, as what is out of sight is not drawn.
    let mut frames = String::new();
    for (index, (page, width, script)) in pages.iter().enumerate() {
        // What is heard of a page comes from its frame.
        let tell = "parent.postMessage(outcome.textContent, '*');\n}, 500);";
        let copy = prepared(page, script).replacen("}, 500);", tell, 1);
        std::fs::write(folder.path().join(format!("{index}.html")), copy).unwrap();
        let style = format!("position: absolute; left: 0; top: 0; border: 0; width: {width}px; height: 900px");
        frames += &format!("<iframe src=\"{index}.html\" style=\"{style}\"></iframe>\n");
    }
    let host = folder.path().join("host.html");
    let listen = "<script>
        addEventListener('message', ({ source, data }) => {
            const heard = document.createElement('pre');
            heard.className = 'frame-' + Array.from(window).indexOf(source);
            heard.textContent = data;
            document.body.append(heard);
        });
    </script>";
    std::fs::write(&host, format!("<!DOCTYPE html><body>{listen}\n{frames}</body>")).unwrap();
    let widest = pages.iter().map(|(_, width, _)| *width).max().unwrap_or_default();
    let (heard, error) = open(&host, widest);
    let of = |index: usize| {
        let outcome = heard.split(&format!("<pre class=\"frame-{index}\">")).nth(1);
        let outcome = outcome.and_then(|rest| rest.split("</pre>").next());
        (unescaped(outcome.unwrap_or_else(|| panic!("no outcome of page {index}: {error}"))), error.clone())
    };
    (0..pages.len()).map(of).collect()
}

/// A page's text, with the scripts around it.
fn prepared(page: &Path, script: &str) -> String {
    let text = std::fs::read_to_string(page).unwrap();
    let text = text.replacen("<title>", &format!("{BEFORE}<title>"), 1);
    text.replacen("</body>", &format!("{}</body>", AFTER.replace("SCRIPT", script)), 1)
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Opens a file and returns the page as it then is, and the browser's standard error.
fn open(file: &Path, width: u32) -> (String, String) {
    let profile = tempfile::tempdir().unwrap();
    // Files, because pipes would have to be read while it is waited for.
    let [output, error] = ["output", "error"].map(|name| profile.path().join(name));
    let mut browser = Command::new(CHROMIUM)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"])
        .args(["--enable-logging=stderr", "--v=0", "--dump-dom", "--no-first-run", "--disable-extensions"])
        .arg(format!("--window-size={width},900"))
        .arg(format!("--user-data-dir={}", profile.path().join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .stdout(File::create(&output).unwrap())
        .stderr(File::create(&error).unwrap())
        .spawn()
        .unwrap();
    let read = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let begun = Instant::now();
    while browser.try_wait().unwrap().is_none() {
        if begun.elapsed() > DEADLINE {
            browser.kill().unwrap();
            browser.wait().unwrap();
            panic!("{CHROMIUM} has not come to an end with {} in {DEADLINE:?}: {}", file.display(), read(&error));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    (read(&output), read(&error))
}

/// Asserts that nothing was loaded, nothing went wrong, and the page is no wider than its window.
pub fn assert_all_well((outcome, error): &(String, String)) {
    for line in ["[loaded: 0]", "[wide: false]", "[problems: ]"] {
        assert!(outcome.contains(line), "no {line} in {outcome}");
    }
    assert!(!error.contains("CONSOLE"), "{error}");
}
