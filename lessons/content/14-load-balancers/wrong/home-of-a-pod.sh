# step: node-dies
fault node-off {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'web')[0].spec.nodeName }}
