# step: roll
kubectl set image pod/{{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'web')[0].metadata.name }} app=my-app:2.0
