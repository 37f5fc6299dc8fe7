//! Kubernetes' libraries for CEL, mostly by the examples of its documentation.
//! <https://kubernetes.io/docs/reference/using-api/cel/#cel-options-language-features-and-libraries>

use super::*;

/// All of these have to hold.
const HOLD: &[&str] = &[
    "['a', 'b', 'b', 'c'].isSorted() && ![2.0, 1.0].isSorted()",
    "[1, 3].sum() == 4 && [1.0, 3.0].sum() == 4.0 && [].sum() == 0",
    "['b', 'a'].min() == 'a' && [1, 3].max() == 3",
    "['a', 'b', 'b', 'c'].indexOf('b') == 1 && ['a', 'b', 'b', 'c'].lastIndexOf('b') == 2",
    "[1.0].indexOf(1.1) == -1",
    "sets.contains([1, 2, 3, 4], [2, 3]) && !sets.contains([1], [1, 2])",
    "sets.equivalent([1, 2, 2], [2, 1]) && !sets.intersects([1], [2, 3])",
    "'abc'.upperAscii() + ' x '.trim() == 'ABCx' && 'a/b'.split('/').size() == 2",
    "'%s is %d'.format(['a', 1]) == 'a is 1' && 'tacocat'.indexOf('ac') == 1",
    "'abc 123'.find('[0-9]+') == '123' && 'abc'.find('[0-9]+') == ''",
    "'123 abc 456'.findAll('[0-9]+') == ['123', '456']",
    "'123 abc 456'.findAll('[0-9]+', 1) == ['123']",
    "isURL('https://example.com:80/') && isURL('/absolute-path')",
    "!isURL('https://a:b:c/') && !isURL('../relative-path')",
    "url('https://example.com:80/').getScheme() == 'https'",
    "url('https://user@example.com:80/').getHost() == 'example.com:80'",
    "url('https://[::1]:80/').getHostname() == '::1' && url('https://[::1]:80/').getPort() == '80'",
    "url('/path').getPort() == '' && url('https://example.com').getEscapedPath() == ''",
    "url('https://example.com/a%20b/').getEscapedPath() == '/a%20b/'",
    "url('https://e.com/p?k=a&k=b+c&d=e%26').getQuery() == {'k': ['a', 'b c'], 'd': ['e&']}",
    "isIP('127.0.0.1') && isIP('::1') && !isIP('127.0.0.256') && !isIP('::ffff:1.2.3.4')",
    "ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD')",
    "ip('127.0.0.1').family() == 4 && ip('127.0.0.1').isLoopback() && ip('::').isUnspecified()",
    "ip('fe80::1').isLinkLocalUnicast() && ip('ff02::1').isLinkLocalMulticast()",
    "ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()",
    "string(ip('2001:DB8::1')) == '2001:db8::1' && ip('::1') == ip('0:0::1')",
    "isCIDR('192.168.0.0/16') && !isCIDR('192.168.0.0/33') && !isCIDR('192.168.0.0')",
    "cidr('192.168.0.0/24').containsIP('192.168.0.1')",
    "!cidr('192.168.0.0/24').containsIP(ip('192.168.1.1'))",
    "cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24')",
    "!cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/16'))",
    "cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24')",
    "string(cidr('192.168.1.5/24').ip()) == '192.168.1.5' && cidr('::/0').containsIP('::1')",
    "cidr('::1/128').prefixLength() == 128 && string(cidr('::1/128')) == '::1/128'",
    "isQuantity('1.3Gi') && !isQuantity('200K') && quantity('50000G').isInteger()",
    "quantity('200M').compareTo(quantity('0.2G')) == 0",
    "quantity('50Mi').isGreaterThan(quantity('50M')) && quantity('-500m').sign() == -1",
    "quantity('50k').add(quantity('20k')).sub(20000) == quantity('50k')",
    "quantity('1500m').asApproximateFloat() == 1.5 && quantity('2k').asInteger() == 2000",
    "!format.dns1123Label().validate('web').hasValue()",
    "format.named('dns1035Label').value().validate('1a').value().size() == 1",
    "!format.named('nothing').hasValue() && !format.dns1123LabelPrefix().validate('web-').hasValue()",
    "format.date().validate('2026-02-30').value() == ['invalid date']",
    "!format.byte().validate('aGk=').hasValue() && format.uuid().validate('x').hasValue()",
];

/// These come to nothing.
const FAIL: &[(&str, &str)] = &[
    ("[].max() == 1", "max called on empty list"),
    ("quantity('1.5').asInteger() == 1", "cannot convert value to integer"),
    ("ip('nowhere').family() == 4", "parse error during conversion from string"),
];

#[test]
fn rules_may_call_the_libraries() {
    let rules = HOLD.iter().chain(FAIL.iter().map(|(rule, _)| rule));
    let rules: Vec<Value> = rules.map(|rule| json!({"rule": rule})).collect();
    let mut definition = definition();
    let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    schema["x-kubernetes-validations"] = rules.into();
    schema["properties"]["spec"] = json!({"type": "object"});
    let mut cluster = Cluster::new(1);
    cluster.ok("POST", DEFINITIONS, &definition);
    cluster.settle();
    let (_, said) = cluster.request("POST", CRON_TABS, &cron_tab("mine", &json!({})));
    let causes = said["details"]["causes"].as_array().cloned().unwrap_or_default();
    let told: Vec<&str> = causes.iter().filter_map(|cause| cause["message"].as_str()).collect();
    assert_eq!(told.len(), FAIL.len(), "{told:#?}");
    for (message, (_, expected)) in told.iter().zip(FAIL) {
        assert!(message.contains(expected), "{message}");
    }
}
