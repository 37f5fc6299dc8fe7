# step: controllers
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'web')[0].metadata.name }} --wait=false
