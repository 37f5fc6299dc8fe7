# step: outside
kubectl apply -f service.yaml
curl http://{{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'web')[0].status.podIP }}:8080/
