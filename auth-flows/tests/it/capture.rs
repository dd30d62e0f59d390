//! A subscriber of the crate `tracing` that keeps all it gets, at every level. It belongs to the
//! whole program.

use std::{
    fmt::{self, Write},
    sync::{Mutex, MutexGuard, Once, PoisonError},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::{LookupSpan, Registry},
};

/// An event, or the end of a span.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) level: Level,
    pub(crate) target: String,
    /// The name of the span; `None` for an event.
    pub(crate) span: Option<&'static str>,
    /// The names of the spans around it, the innermost last.
    pub(crate) within: Vec<&'static str>,
    /// Its fields: ` name=value`, each.
    pub(crate) fields: String,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (level, target) = (self.level, &self.target);
        write!(
            f,
            "{level} {target} {:?} in {:?}:{}",
            self.span, self.within, self.fields
        )
    }
}

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

fn lines() -> MutexGuard<'static, Vec<Line>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Installs it, once.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = Registry::default().with(Capture);
        tracing::subscriber::set_global_default(subscriber).expect("the only subscriber");
    });
}

/// All lines so far.
pub(crate) fn captured() -> Vec<Line> {
    lines().clone()
}

/// The fields of a span.
#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("to a string");
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {}={value}", field.name()).expect("to a string");
    }
}

struct Capture;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).expect("a new span");
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).expect("a span");
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let scope = context.event_scope(event);
        let within = scope.map(|scope| scope.from_root().map(|span| span.name()).collect());
        lines().push(Line {
            level: *event.metadata().level(),
            target: event.metadata().target().to_owned(),
            span: None,
            within: within.unwrap_or_default(),
            fields: fields.0,
        });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).expect("a span");
        let fields = span.extensions_mut().remove::<Fields>();
        let parent = span.parent();
        let within =
            parent.map(|parent| parent.scope().from_root().map(|span| span.name()).collect());
        lines().push(Line {
            level: *span.metadata().level(),
            target: span.metadata().target().to_owned(),
            span: Some(span.name()),
            within: within.unwrap_or_default(),
            fields: fields.unwrap_or_default().0,
        });
    }
}
