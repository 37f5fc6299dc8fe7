# step: address
curl http://{{ pods.filter(p, p.metadata.namespace == 'default' && p.metadata.?labels.?app.orValue('') == 'web')[0].status.podIP }}:8080
