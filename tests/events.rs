//! Every file in `events/` parses as an event of the function its folder is named after.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lifecycle::rotation::RotationStep;
use rotate_key::RotationEvent;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_event_file_parses_as_an_event_of_its_function() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    for folder in files(&events) {
        let function = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for file in files(&folder) {
            let event = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            match function.as_str() {
                "rotate-key" => assert!(RotationEvent::parse(&event).is_ok(), "{}", file.display()),
                "deactivate-stale" => {
                    let parsed = deactivate_stale::Event::parse(&event);
                    assert!(parsed.is_ok(), "{}: {parsed:?}", file.display());
                }
                other => {
                    panic!("no function named {other} takes the events in {}", folder.display())
                }
            }
        }
    }
}

#[test]
fn every_rotation_step_has_an_event_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/rotate-key");
    let steps = files(&folder).into_iter().map(|file| {
        let event = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        RotationEvent::parse(&event).unwrap().step.as_str()
    });
    assert_eq!(steps.collect::<BTreeSet<_>>(), RotationStep::ALL.map(RotationStep::as_str).into());
}
