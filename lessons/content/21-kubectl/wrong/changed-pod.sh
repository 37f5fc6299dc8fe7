# step: apply
kubectl set image pod/{{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'clerk')[0].metadata.name }} clerk=my-app:1.0
