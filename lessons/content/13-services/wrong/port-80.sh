# step: address
kubectl exec client -- wget -T 2 -qO- http://{{ pods.filter(p, p.metadata.namespace == 'default' && p.metadata.?labels.?app.orValue('') == 'web')[0].status.podIP }}
