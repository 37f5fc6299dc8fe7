# step: scale
kubectl scale deployment hello-world --replicas=5
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello')[0].metadata.name }} --wait=false
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello')[1].metadata.name }} --wait=false
