//! The words of a mail, from templates that a deployment may replace.

use std::path::Path;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::entry::Entry;

const HTML: &str = "mail.html";
const TEXT: &str = "mail.txt";
const BUILT_IN: [(&str, &str); 2] =
    [(HTML, include_str!("../templates/mail.html")), (TEXT, include_str!("../templates/mail.txt"))];

/// How many pieces of news a mail shows in detail; the others have a line each.
const DETAILED: usize = 25;

/// What a template may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Model {
    /// The subject of the mail.
    pub subject: String,
    /// Something the reader must know first; mostly empty.
    pub note: String,
    /// Why the reader gets it; empty where many read.
    pub because: &'static str,
    /// The most urgent news, in detail.
    pub entries: Vec<Entry>,
    /// The other news.
    pub others: Vec<Entry>,
}

impl Model {
    /// A model of these entries, the most urgent first.
    pub fn new(subject: String, because: &'static str, mut entries: Vec<Entry>) -> Self {
        let others = entries.split_off(entries.len().min(DETAILED));
        Self { subject, note: String::new(), because, entries, others }
    }
}

/// The templates of a deployment.
#[derive(Clone, Debug)]
pub struct Templates {
    environment: Environment<'static>,
    built_in: Environment<'static>,
}

/// A template that cannot be read, or does not work.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The folder has neither file, so that the setting would change nothing.
    #[error("folder {0} holds neither {HTML} nor {TEXT}")]
    Missing(String),
    /// The file cannot be read.
    #[error("template {0} cannot be read")]
    Unreadable(String, #[source] std::io::Error),
    /// It has a fault, or uses a name that there is not.
    #[error("template {0} does not work")]
    Faulty(String, #[source] minijinja::Error),
}

impl Templates {
    /// The templates that come with the function.
    ///
    /// # Errors
    ///
    /// Never, as a test proves.
    pub fn built_in() -> Result<Self, TemplateError> {
        let built_in = environment(BUILT_IN.map(|(name, text)| (name, text.to_owned())))?;
        Ok(Self { environment: built_in.clone(), built_in })
    }

    /// Those of a folder, where it has them, and the built-in ones otherwise; `samples` are rendered, so that a fault shows at once.
    ///
    /// # Errors
    ///
    /// When there is none, or one cannot be read, or does not work.
    pub fn of_folder(folder: &Path, samples: &[Model]) -> Result<Self, TemplateError> {
        let mut texts = Vec::new();
        let mut missing = 0;
        for (name, built_in) in BUILT_IN {
            let path = folder.join(name);
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && folder.is_dir() => {
                    missing += 1;
                    built_in.to_owned()
                }
                Err(error) => {
                    return Err(TemplateError::Unreadable(path.display().to_string(), error));
                }
            };
            texts.push((name, text));
        }
        if missing == BUILT_IN.len() {
            return Err(TemplateError::Missing(folder.display().to_string()));
        }
        let templates = Self { environment: environment(texts)?, ..Self::built_in()? };
        for model in samples {
            render(&templates.environment, TEXT, model)?;
            render(&templates.environment, HTML, model)?;
        }
        Ok(templates)
    }

    /// The mail as plain text.
    ///
    /// # Errors
    ///
    /// When neither the deployment's template nor the built-in one works.
    pub fn text(&self, model: &Model) -> Result<String, TemplateError> {
        self.render(TEXT, model)
    }

    /// The mail as HTML, with everything that is not the template's own escaped.
    ///
    /// # Errors
    ///
    /// When neither the deployment's template nor the built-in one works.
    pub fn html(&self, model: &Model) -> Result<String, TemplateError> {
        self.render(HTML, model)
    }

    /// A mail in other words is better than none.
    fn render(&self, name: &str, model: &Model) -> Result<String, TemplateError> {
        render(&self.environment, name, model).or_else(|error| {
            tracing::error!("{}; the built-in template is used", lambda_shell::chain(&error));
            render(&self.built_in, name, model)
        })
    }
}

fn environment(
    texts: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<Environment<'static>, TemplateError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in texts {
        let added = environment.add_template_owned(name, text);
        added.map_err(|error| TemplateError::Faulty(name.to_owned(), error))?;
    }
    Ok(environment)
}

fn render(
    environment: &Environment<'_>,
    name: &str,
    model: &Model,
) -> Result<String, TemplateError> {
    let rendered =
        environment.get_template(name).and_then(|template| template.render(Serde(model)));
    rendered.map_err(|error| TemplateError::Faulty(name.to_owned(), error))
}
