# step: one-each
kubectl apply -f log-agent.yaml
