# step: startup
cat > slow.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: slow
spec:
  selector:
    matchLabels:
      app: slow
  template:
    metadata:
      labels:
        app: slow
    spec:
      containers:
        - name: slow
          image: busybox
          command: ["sh", "-c", "echo loading; sleep 40; touch /tmp/alive; echo open; sleep 3600"]
          livenessProbe:
            exec:
              command: ["test", "-f", "/tmp/alive"]
            periodSeconds: 5
          startupProbe:
            exec:
              command: ["test", "-f", "/tmp/alive"]
            periodSeconds: 5
EOF
kubectl apply -f slow.yaml
clock until next
clock until next
