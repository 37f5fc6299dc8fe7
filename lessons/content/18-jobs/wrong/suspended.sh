# step: overlap
kubectl apply -f slow.yaml
clock advance 150s
kubectl patch cronjob slow -p '{"spec":{"suspend":true}}'
