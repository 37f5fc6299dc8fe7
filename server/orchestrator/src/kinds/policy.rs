//! What a namespace may have: ResourceQuotas and LimitRanges.

use k8s_openapi::api::core::v1::{
    LimitRange, LimitRangeItem, ResourceQuota, ResourceQuotaSpec, ResourceQuotaStatus,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde_json::Value;

use super::Subresource::Status;
use super::rbac::created_cells;
use super::{
    AGE, Column, FieldErrors, KindRow, META, NAME, Particulars, Rules, age, names, quantity, quoted,
};
use crate::object::Kind;
use crate::time::Clock;

pub(super) const QUOTA: KindRow = KindRow {
    kind: Kind::ResourceQuota,
    singular: "resourcequota",
    short_names: &["quota"],
    categories: &[],
    namespaced: true,
    subresources: &[Status],
    fields: &[],
    columns: &[
        NAME,
        AGE,
        Column::text(
            "Request",
            "Request represents a minimum amount of cpu/memory that a container may consume.",
        ),
        Column::text(
            "Limit",
            "Limits control the maximum amount of cpu/memory that a container may use independent \
             of contention on the node.",
        ),
    ],
    rules: Rules::of::<ResourceQuota>(),
};

pub(super) const LIMITS: KindRow = KindRow {
    kind: Kind::LimitRange,
    singular: "limitrange",
    short_names: &["limits"],
    categories: &[],
    namespaced: true,
    subresources: &[],
    fields: &[],
    columns: &[NAME, Column::field("Created At", META, "creationTimestamp").date()],
    rules: Rules::of::<LimitRange>(),
};

const SCOPES: &[&str] = &[
    "BestEffort",
    "CrossNamespacePodAffinity",
    "NotBestEffort",
    "NotTerminating",
    "PriorityClass",
    "Terminating",
];

impl Particulars for ResourceQuota {
    fn begin(&mut self) {
        self.status = Some(ResourceQuotaStatus::default());
    }

    fn keep(&mut self, old: &ResourceQuota) {
        self.status.clone_from(&old.status);
    }

    fn take_status(&mut self, from: &ResourceQuota) {
        self.status.clone_from(&from.status);
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let none = ResourceQuotaSpec::default();
        let spec = self.spec.as_ref().unwrap_or(&none);
        for (name, amount) in spec.hard.iter().flatten() {
            let field = format!("spec.hard[{name}]");
            errors.check(field.clone(), name, names::qualified_name);
            not_negative(amount, &field, errors);
            let counted = name.starts_with("count/") || COUNTED.contains(&name.as_str());
            let nano = quantity::nano(&amount.0).unwrap_or(0);
            if counted && nano % 1_000_000_000 != 0 {
                errors.invalid(field, quoted(&amount.0), "must be an integer");
            }
        }
        for scope in spec.scopes.iter().flatten() {
            if !SCOPES.contains(&scope.as_str()) {
                errors.invalid("spec.scopes", format!("[{}]", quoted(scope)), "unsupported scope");
            }
        }
    }

    fn validate_update(&self, old: &ResourceQuota, errors: &mut FieldErrors) {
        let scopes = |quota: &ResourceQuota| {
            quota.spec.as_ref().and_then(|spec| spec.scopes.clone()).unwrap_or_default()
        };
        if scopes(self) != scopes(old) {
            let given = serde_json::to_string(&scopes(self)).unwrap_or_default();
            errors.invalid("spec.scopes", given, "field is immutable");
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let (mut requests, mut limits) = (Vec::new(), Vec::new());
        let none = ResourceQuotaStatus::default();
        let status = self.status.as_ref().unwrap_or(&none);
        for (name, hard) in status.hard.iter().flatten() {
            let used = status.used.as_ref().and_then(|used| used.get(name));
            let used = used.map_or("0", |used| used.0.as_str());
            let shown = format!("{name}: {used}/{}", hard.0);
            if name.starts_with("limits.") { limits.push(shown) } else { requests.push(shown) }
        }
        vec![
            self.metadata.name.clone().unwrap_or_default().into(),
            age::since(self.metadata.creation_timestamp.as_ref(), clock).into(),
            requests.join(", ").into(),
            limits.join(", ").into(),
        ]
    }
}

const COUNTED: &[&str] = &[
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];

fn not_negative(amount: &Quantity, field: &str, errors: &mut FieldErrors) {
    match quantity::nano(&amount.0) {
        Err(detail) => errors.invalid(field, quoted(&amount.0), detail),
        Ok(..0) => {
            let detail = "must be greater than or equal to 0";
            errors.invalid(field, quoted(&amount.0), detail);
        }
        Ok(_) => {}
    }
}

impl Particulars for LimitRange {
    fn default_fields(&mut self) {
        let items = self.spec.as_mut().map(|spec| &mut spec.limits);
        for item in items.into_iter().flatten().filter(|item| item.type_ == "Container") {
            default_item(item);
        }
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let items = self.spec.as_ref().map(|spec| &*spec.limits).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            validate_item(item, &format!("spec.limits[{index}]"), errors);
            if items[..index].iter().any(|other| other.type_ == item.type_) {
                errors.duplicate(format!("spec.limits[{index}].type"), quoted(&item.type_));
            }
        }
    }

    fn cells(&self, _: Clock) -> Vec<Value> {
        created_cells(&self.metadata)
    }
}

/// A default limit is the most; a default request is the default limit, or else the least.
fn default_item(item: &mut LimitRangeItem) {
    let mut default = item.max.clone().unwrap_or_default();
    default.extend(item.default.clone().unwrap_or_default());
    let mut request = item.min.clone().unwrap_or_default();
    request.extend(default.clone());
    request.extend(item.default_request.clone().unwrap_or_default());
    item.default = Some(default).filter(|amounts| !amounts.is_empty());
    item.default_request = Some(request).filter(|amounts| !amounts.is_empty());
}

fn validate_item(item: &LimitRangeItem, path: &str, errors: &mut FieldErrors) {
    if item.type_.is_empty() {
        errors.required(format!("{path}.type"), "");
    }
    if item.type_ == "Pod" {
        let given = [("default", &item.default), ("defaultRequest", &item.default_request)];
        for (field, _) in given.iter().filter(|(_, amounts)| amounts.is_some()) {
            let detail = "may not be specified when `type` is 'Pod'";
            errors.forbidden(format!("{path}.{field}"), detail);
        }
    }
    let claim = item.type_ == "PersistentVolumeClaim";
    if claim && item.min.is_none() && item.max.is_none() {
        let detail =
            "either minimum or maximum storage value is required, but neither was provided";
        errors.required(format!("{path}.limits"), detail);
    }
    // Each must be no more than the next.
    let order = [
        ("min", &item.min),
        ("default request", &item.default_request),
        ("default", &item.default),
        ("max", &item.max),
    ];
    let fields = ["min", "defaultRequest", "default", "max"];
    for (low, (low_word, low_amounts)) in order.iter().enumerate() {
        for (high_word, high_amounts) in &order[low + 1..] {
            for (name, amount) in low_amounts.iter().flatten() {
                let Some(most) = high_amounts.as_ref().and_then(|most| most.get(name)) else {
                    continue;
                };
                let nano = |amount: &Quantity| quantity::nano(&amount.0).unwrap_or(0);
                if nano(amount) > nano(most) {
                    let detail = format!(
                        "{low_word} value {} is greater than {high_word} value {}",
                        amount.0, most.0
                    );
                    let field = format!("{path}.{}[{name}]", fields[low]);
                    errors.invalid(field, quoted(&amount.0), detail);
                }
            }
        }
    }
}
