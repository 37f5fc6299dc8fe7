# step: sidecar
kubectl apply -f task.yaml
clock advance 30s
cat > task.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: task
spec:
  restartPolicy: Never
  initContainers:
    - name: helper
      restartPolicy: Always
      image: busybox:1.37
      command: ["sh", "-c", "while true; do echo helping; sleep 10; done"]
  containers:
    - name: work
      image: busybox:1.37
      command: ["sh", "-c", "sleep 20; echo done"]
EOF
kubectl apply -f task.yaml
