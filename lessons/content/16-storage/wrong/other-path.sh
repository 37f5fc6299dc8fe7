# step: pod
cat > drawer.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: drawer
spec:
  terminationGracePeriodSeconds: 2
  containers:
    - name: notes
      image: busybox:1.37
      command: ["sh", "-c", "mkdir -p /data; echo started >> /data/starts; echo this is start number $(wc -l < /data/starts); sleep infinity"]
      volumeMounts:
        - name: data
          mountPath: /notes
  volumes:
    - name: data
      emptyDir: {}
EOF
kubectl apply -f drawer.yaml
