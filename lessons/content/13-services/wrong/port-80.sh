# step: address
traffic start ask http://{{ pods.filter(p, p.metadata.namespace == 'default' && p.metadata.?labels.?app.orValue('') == 'web')[0].status.podIP }}/ rate=1 for=2s from=default/client
clock advance 5s
