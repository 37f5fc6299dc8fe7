# step: everywhere
cat > log-agent.yaml <<'EOF'
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: log-agent
spec:
  selector:
    matchLabels:
      app: log-agent
  template:
    metadata:
      labels:
        app: log-agent
    spec:
      containers:
        - name: agent
          image: my-app:1.0
          tolerations:
            - key: node-role.kubernetes.io/control-plane
              effect: NoSchedule
EOF
kubectl apply -f log-agent.yaml
