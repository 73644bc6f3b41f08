//! Which of a file's tensors are the recurrent layers' and which the readout's, whatever their modules are called.

use super::safetensors::names;
use crate::error::{Error, listed};
use crate::network::Tensor;
use safetensors::tensor::SafeTensors;
use std::fmt;

/// How a file of weights calls the two modules of a net: `rnn` and `head` in a file that was written here.
///
/// Wrappers leave prefixes, such as `module.` (`DataParallel`) and `_orig_mod.` (`torch.compile`), and users choose names of
/// their own. A file with one recurrent module and one readout can only be understood in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    /// The recurrent layers'; empty if their tensors have no prefix.
    pub recurrent: String,
    /// The readout's.
    pub readout: String,
}

impl Modules {
    /// Those of a file that has both.
    pub(crate) fn of(file: &SafeTensors<'_>) -> Result<Self, Error> {
        let names = names(file);
        let having = |tensor| names.iter().filter_map(move |name| module_of(name, tensor));
        let unsupported = |what, is: &dyn Fn(&str) -> bool| {
            let found = listed(names.iter().copied().filter(|name| is(name)));
            Err(Error::Unsupported { what, found })
        };
        let of_layers = |name: &str, tensor: &str| name.rsplit('.').next().is_some_and(|own| own.starts_with(tensor));
        let reversed = |name: &str| of_layers(name, "weight_ih_l") && name.ends_with("_reverse");
        let projected = |name: &str| of_layers(name, "weight_hr_l");
        let of_a_cell = |name: &str| module_of(name, "weight_ih").is_some();
        if names.iter().any(|name| reversed(name)) {
            return unsupported("a bidirectional net", &|name| name.ends_with("_reverse"));
        }
        if names.iter().any(|name| projected(name)) {
            return unsupported("a projection (proj_size)", &projected);
        }
        let recurrent: Vec<_> = having("weight_ih_l0").collect();
        let recurrent = match recurrent[..] {
            [recurrent] => recurrent,
            [] if names.iter().any(|name| of_a_cell(name)) => {
                return unsupported("a single cell, such as torch.nn.GRUCell,", &of_a_cell);
            }
            // As a file of ours without that tensor.
            [] if names.iter().any(|name| name.starts_with("rnn.")) => OWN[0],
            [] => return Err(Error::NoNet { found: listed(names) }),
            _ => {
                let first = |name: &str| module_of(name, "weight_ih_l0").is_some();
                return unsupported("a net of several recurrent modules", &first);
            }
        };
        let of_recurrent = |name: &str| module_of_any(name) == recurrent;
        if having("weight_ih_l0").count() == 1
            && !names.iter().any(|name| of_recurrent(name) && of_layers(name, "bias_"))
        {
            return unsupported("a recurrent layer without bias", &of_recurrent);
        }
        let head = match recurrent.rsplit_once('.') {
            Some((above, _)) => format!("{above}.{}", OWN[1]),
            None => OWN[1].to_owned(),
        };
        let readouts: Vec<_> = having("weight").filter(|module| *module != recurrent).collect();
        let readout = match readouts[..] {
            [readout] => readout.to_owned(),
            // Where there is none, or others beside it, what is wrong is said of this one.
            _ if readouts.is_empty() || readouts.contains(&&*head) => head,
            _ => {
                return unsupported("a net with several modules beside the recurrent one", &|name| !of_recurrent(name));
            }
        };
        if having("weight").any(|module| module == readout) && !having("bias").any(|module| module == readout) {
            let of_readout = |name: &str| module_of_any(name) == readout;
            return unsupported("a readout without bias", &of_readout);
        }
        Ok(Self { recurrent: recurrent.to_owned(), readout })
    }

    /// A net's tensors under the file's names.
    pub(crate) fn named(&self, tensors: impl IntoIterator<Item = Tensor>) -> Vec<Tensor> {
        tensors.into_iter().map(|tensor| Tensor { name: self.name(&tensor.name), ..tensor }).collect()
    }

    /// The file's name of a tensor.
    pub(crate) fn name(&self, own: &str) -> String {
        let (module, tensor) = own.split_once('.').unwrap_or(("", own));
        let module = if module == OWN[0] { &self.recurrent } else { &self.readout };
        if module.is_empty() { tensor.to_owned() } else { format!("{module}.{tensor}") }
    }

    /// Whether the file has other names than one that was written here.
    #[must_use]
    pub fn are_renamed(&self) -> bool {
        [&*self.recurrent, &*self.readout] != OWN
    }
}

/// The modules' own names.
const OWN: [&str; 2] = ["rnn", "head"];

/// How the file's names are read, in words.
impl fmt::Display for Modules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { recurrent, readout } = self;
        write!(f, "reads `{recurrent}` as the recurrent layers and `{readout}` as the readout")
    }
}

/// The module of a tensor that has this name within it.
fn module_of<'a>(name: &'a str, tensor: &str) -> Option<&'a str> {
    match name.strip_suffix(tensor)? {
        "" => Some(""),
        rest => rest.strip_suffix('.'),
    }
}

/// The module of a tensor.
fn module_of_any(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(module, _)| module)
}
