# step: mismatch
kubectl label pod {{ pods.filter(p, p.metadata.namespace == 'default' && p.metadata.?labels.?app.orValue('') == 'web')[0].metadata.name }} app=wbe --overwrite
